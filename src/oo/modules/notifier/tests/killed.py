"""A process that is killed while it sends: `python -m oo.modules.notifier.tests.killed FOLDER before|after`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from oo.contracts.channels import Message, Receipt
from oo.modules.notifier.tests.stage import staged


async def main(folder: Path, when: str) -> None:
    """Decide, claim, and die in the channel: before the message left, or just after."""

    def leave(message: Message) -> Receipt:
        if when == "after":
            with (folder / "left").open("a", encoding="utf-8") as file:
                file.write(f"{message.id}\n")
        os.kill(os.getpid(), signal.SIGKILL)
        return Receipt("delivered")

    async with staged(folder) as stage:
        await stage.device()
        stage.channel.receipt = leave
        await stage.until_sent()
        await stage.job("send")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
