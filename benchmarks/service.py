"""The service alone, as a benchmark starts it: python -m benchmarks.service settings.json. Ends on SIGTERM."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog


def log_plainly() -> None:
    """A traceback with all local variables, as structlog draws them by itself, takes minutes of a busy service."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])


async def serve(given: dict[str, object]) -> None:
    from ivr.app import serving  # noqa: PLC0415 - imported as late as the real command line does
    from ivr.config import load_settings  # noqa: PLC0415
    from ivr.control import controlled  # noqa: PLC0415

    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    settings = load_settings(**given)
    async with serving(settings) as service, controlled(service, settings.var):
        print("UP", flush=True)
        await end.wait()


if __name__ == "__main__":
    log_plainly()
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
