"""Installs Lighthouse beside this file, audits the pages of a fresh `oo up`, and keeps what it said: `make lighthouse`.

What is kept (report.json) is each audit's score and value; traces, screenshots and everything of this machine is not.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOUSE = HERE.parents[1]
sys.path[:0] = [str(HOUSE)]

from conftest import find_chromium  # noqa: E402

WANTED = {"accessibility": 100, "best-practices": 100, "performance": 95}
PAGES = ("/", "/?open=later", "/?open=not", "/settings", "/connect", "/connect/files", "/sign-in")
ROUNDS = 3
TRIES = 3
"""On a busy machine the browser's trace sometimes begins after the page."""
METRICS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def main() -> int:
    """Audit every page; 1 when one is below what is wanted."""
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=HERE, check=True)
    with running() as (origin, cookie):
        reports = {page: median(audited(origin, page, cookie) for _ in range(ROUNDS)) for page in PAGES}
    first = next(iter(reports.values()))
    kept = {
        "lighthouse": first["lighthouseVersion"],
        "browser": first["environment"]["hostUserAgent"].split("Chrome/")[-1].split()[0],
        "on": first["fetchTime"][:10],
        "runs": ROUNDS,
        "as": first["configSettings"]["formFactor"],
        "pages": {page: trimmed(report) for page, report in reports.items()},
    }
    (HERE / "report.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    below = False
    for page, report in kept["pages"].items():
        print(f"{page:<16}", *(f"{name} {score}" for name, score in report["scores"].items()), sep="  ")
        below |= any(report["scores"][name] < wanted for name, wanted in WANTED.items())
    return int(below)


def median(reports: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The report whose performance is in the middle: one run says more of the machine than of the page."""
    return sorted(reports, key=performance)[ROUNDS // 2]


def performance(report: dict[str, Any]) -> float:
    """The report's score for performance."""
    score: float = report["categories"]["performance"]["score"]
    return score


def audited(origin: str, page: str, cookie: str) -> dict[str, Any]:
    """Lighthouse's own report of one page, as a phone on a slow network sees it."""
    signed_in = [] if page == "/sign-in" else ["--extra-headers", json.dumps({"Cookie": cookie})]
    command = ["node", "node_modules/lighthouse/cli/index.js", origin + page, "--output=json", "--quiet", *signed_in]
    flags = "--headless=new --no-sandbox --disable-gpu"
    for _ in range(TRIES):
        run = subprocess.run(
            [*command, f"--only-categories={','.join(WANTED)}", f"--chrome-flags={flags}"],
            cwd=HERE,
            env={**os.environ, "CHROME_PATH": find_chromium() or ""},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if run.returncode == 0:
            report: dict[str, Any] = json.loads(run.stdout)
            return report
    raise SystemExit(f"Lighthouse could not audit {page}; what it said stands above.")


def trimmed(report: dict[str, Any]) -> dict[str, Any]:
    """Scores, metrics, and each audit that applied; nothing of the machine."""
    audits = report["audits"]
    return {
        "scores": {name: round(report["categories"][name]["score"] * 100) for name in WANTED},
        "metrics": {name: audits[name]["displayValue"] for name in METRICS},
        "bytes": round(audits["total-byte-weight"]["numericValue"]),
        "audits": {name: one["score"] for name, one in sorted(audits.items()) if one["score"] is not None},
    }


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """A fresh oO with a to-do list, and a signed-in session's cookie."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        file = Path(folder, "todo.txt")
        file.write_text("(A) Send Lena the signed lease\n(B) Ask Tom for the gate code\n", "utf-8")
        command = [Path(sys.executable).with_name("oo"), "up", "--port", port, "--data", f"{folder}/oo", "--file", file]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OO_")}
        with subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as oo:
            try:
                assert oo.stdout is not None
                link = next(line.strip() for line in oo.stdout if "/sign-in/" in line)
                jar = CookieJar()
                urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open(link)
                yield link.split("/sign-in/")[0], "; ".join(f"{one.name}={one.value}" for one in jar)
            finally:
                oo.terminate()


if __name__ == "__main__":
    raise SystemExit(main())
