"""A real Caddy in front of a real oO, with the Caddyfile of the house: what a browser on another device gets."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
CADDYFILE = HOUSE / "infra" / "caddy" / "Caddyfile"
BIN = Path(sys.executable).parent
CADDY = shutil.which("caddy", path=f"{BIN}:{os.environ.get('PATH', '')}")
SITE = "oo.home.arpa"
SECONDS = 60

pytestmark = pytest.mark.skipif(CADDY is None, reason="there is no caddy here: run make install on Linux")


@dataclass(frozen=True)
class Behind:
    """An oO behind its Caddy."""

    plain: int
    """oO's own port."""
    redirecting: int
    secure: int
    link: str
    root: str
    """The certificate that devices have to trust."""

    def over_https(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """As a device of the home network asks, which knows the name and trusts the root certificate."""
        context = ssl.create_default_context(cadata=self.root)
        line = context.wrap_socket(socket.create_connection(("127.0.0.1", self.secure), SECONDS), server_hostname=SITE)
        return _asked(line, method, path, {"Host": f"{SITE}:{self.secure}", **headers})

    def over_http(self, port: int, path: str, **headers: str) -> http.client.HTTPResponse:
        """Without https."""
        return _asked(socket.create_connection(("127.0.0.1", port), SECONDS), "GET", path, headers)


def _asked(line: socket.socket, method: str, path: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    with line:
        said = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        line.sendall(f"{method} {path} HTTP/1.1\r\n{said}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(home: Path, **given: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OO_", "XDG_"))}
    return {**kept, "HOME": str(home), **given}


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    home = tmp_path_factory.mktemp("https")
    plain, redirecting, secure = _free_port(), _free_port(), _free_port()
    own = home / "Caddyfile"
    # What is only for the test: other ports than 80 and 443, nothing outside this folder, no administration.
    options = f"admin off\nhttp_port {redirecting}\nhttps_port {secure}\nskip_install_trust\nstorage file_system {home}"
    own.write_text(f"{{\n{options}\n}}\nimport {CADDYFILE}\n")
    settings = {"OO_PUBLIC_URL": f"https://{SITE}:{secure}", "OO_TRUSTED_PROXIES": "127.0.0.1", "OO_PORT": str(plain)}
    with (home / "log").open("w") as log:
        oo = subprocess.Popen(
            [BIN / "oo", "up"],
            env=_environment(home, **settings), cwd=home, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        assert CADDY is not None
        caddy = subprocess.Popen(
            [CADDY, "run", "--config", own, "--adapter", "caddyfile"],
            env=_environment(home, SITE=SITE, OO_PORT=str(plain)), stdout=log, stderr=log,
        )  # fmt: skip
    assert oo.stdout is not None
    try:
        link = next((line.strip() for line in oo.stdout if "/sign-in/" in line), "")
        assert link, (home / "log").read_text()
        root = home / "pki/authorities/local/root.crt"
        _wait_for(secure, root, home / "log")
        yield Behind(plain, redirecting, secure, link, root.read_text())
    finally:
        for process in (caddy, oo):
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
        oo.stdout.close()


def _wait_for(port: int, root: Path, log: Path) -> None:
    for _ in range(SECONDS * 10):
        with socket.socket() as probe:
            if root.exists() and probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_a_device_signs_in_with_a_cookie_that_belongs_to_the_host_and_is_told_to_stay_with_https(
    behind: Behind,
) -> None:
    assert behind.link.startswith(f"https://{SITE}:{behind.secure}/sign-in/")
    answer = behind.over_https(behind.link.split(str(behind.secure))[1])
    assert (answer.status, answer.headers["location"]) == (303, "/")
    [cookie] = answer.headers.get_all("set-cookie") or []
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert cookie.startswith("__Host-oo=")
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
    assert answer.headers.get_all("strict-transport-security") == ["max-age=63072000; includeSubDomains"]

    session = cookie.split(";")[0]
    assert behind.over_https("/", Cookie=session).status == 200
    assert behind.over_https("/api/recommend", "POST", Cookie=session).status == 200
    elsewhere = behind.over_https("/api/recommend", "POST", Cookie=session, Origin="https://evil.example")
    assert elsewhere.status == 403


def test_caddy_sends_plain_http_to_https(behind: Behind) -> None:
    answer = behind.over_http(behind.redirecting, "/", Host=SITE)
    assert answer.status == 308
    assert answer.headers["location"].startswith(f"https://{SITE}")


def test_plain_http_past_caddy_is_refused_with_the_mend(behind: Behind) -> None:
    answer = behind.over_http(behind.plain, "/api/recommend", Host=f"{SITE}:{behind.plain}")
    assert answer.status == 403
    assert "strict-transport-security" not in answer.headers
    said = answer.read().decode()
    assert f"open https://{SITE}:{behind.secure}" in said


def test_what_a_stranger_says_of_how_they_came_counts_nowhere(behind: Behind) -> None:
    forged = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "X_Forwarded_For": "203.0.113.9"}
    assert behind.over_https("/health", **forged).status == 200
    assert behind.over_https("/sign-in", **forged).headers["strict-transport-security"]


def test_oo_alone_on_its_machine_takes_nobody_s_word(tmp_path: Path) -> None:
    port = _free_port()
    oo = subprocess.Popen(
        [BIN / "oo", "up", "--port", str(port)],
        env=_environment(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert oo.stdout is not None
    try:
        assert any("/sign-in/" in line for line in oo.stdout)
        line = socket.create_connection(("127.0.0.1", port), SECONDS)
        answer = _asked(line, "GET", "/health", {"Host": f"127.0.0.1:{port}", "X_Forwarded_Proto": "https"})
        assert answer.status == 403
        assert "OO_TRUSTED_PROXIES=127.0.0.1" in answer.read().decode()
    finally:
        oo.send_signal(signal.SIGTERM)
        oo.wait(SECONDS)
        oo.stdout.close()


@pytest.mark.parametrize("tls", ["internal", "you@example.org"])
def test_the_caddyfile_is_for_a_home_network_and_for_a_name_on_the_internet(tls: str, tmp_path: Path) -> None:
    assert CADDY is not None
    said = subprocess.run(
        [CADDY, "adapt", "--config", CADDYFILE, "--adapter", "caddyfile"],
        env=_environment(tmp_path, SITE="oo.example.org", TLS=tls), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert ('"module":"internal"' in said.stdout) == (tls == "internal")
    assert ('"email":"you@example.org"' in said.stdout) == (tls != "internal")
    assert '"dial":"127.0.0.1:8042"' in said.stdout


def test_the_page_shows_the_blocks_that_the_caddyfile_means() -> None:
    page = (HOUSE / "docs" / "how-to" / "https.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^[\w.]+ \{\n.*?^\}", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    assert all("reverse_proxy 127.0.0.1:8042" in block for block in blocks)
    assert ["tls internal" in block for block in blocks] == [True, False]
