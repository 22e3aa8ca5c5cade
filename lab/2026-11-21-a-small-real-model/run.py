"""Has a real model write for the situations of `oo benchmark models` with each prompt, and counts what became of it.

`OO_LLM_URL=… python lab/2026-11-21-a-small-real-model/run.py 16 tip-2 tip-3 tip-4`
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from statistics import median

from oo.ml.experiments.writing.situations import situations
from oo.ml.serving.llm import Gateway
from oo.ml.serving.writer import Writer

SECONDS = 120.0


async def run(count: int, version: str) -> None:
    """Print how one prompt fared."""
    writer = Writer(Gateway(os.environ["OO_LLM_URL"]), time.monotonic, version=version)
    every = situations()
    shown: list[str] = []
    reasons: Counter[str] = Counter()
    tries = 0
    spent: list[float] = []
    for brief in [every[place * len(every) // count] for place in range(count)]:
        began = time.monotonic()
        found = await writer.generate(brief, SECONDS)
        spent.append(time.monotonic() - began)
        tries += found.tries
        reasons.update(one.reason for one in found.refused)
        shown += [f"{one.kind}: {one.content}" for one in found.candidates if one.source == "orchestrator"]
        for one in found.refused:
            print(f"  no {one.reason:12} {' '.join(one.text.split())[:110]}")
    print(f"{version}: {count} situations, {tries} answers, {len(shown)} shown, {sum(reasons.values())} refused")
    print(f"  {dict(reasons.most_common())}; {median(spent):.1f} s in the middle, {max(spent):.1f} s at most")
    for text in shown:
        print(f"  shown  {text}")


for name in sys.argv[2:]:
    asyncio.run(run(int(sys.argv[1]), name))
