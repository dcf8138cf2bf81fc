"""The log: JSON lines in <home>/log/cruc.log, rotated by size, and warnings in short lines on stderr.

Nothing personal is ever logged: callers are known by the id of their call, people not at all. `_scrub` is the belt: digits
that could be a telephone number or a matricule, in any value, are covered before they are written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

import structlog

BYTES: Final = 5_000_000
KEPT: Final = 5
NAMES: Final = ("cruc file", "cruc stderr")
PERSONAL: Final = re.compile(r"(?<![\w.])(?:(?:\+|00)?(?:225)?0[157]\d{8}|2[157]\d{8}|\d{6}[A-Za-z])(?!\w|\.\d)")
LEVELS: Final = {"warning": "attention", "error": "erreur", "critical": "grave"}


def start_logging(folder: Path) -> Path:
    """Log to ``folder``/cruc.log from now on; returns that file. Raises OSError when it cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "cruc.log"
    root = logging.getLogger()
    for handler in [each for each in root.handlers if each.get_name() in NAMES]:
        root.removeHandler(handler)
    keeping = RotatingFileHandler(file, maxBytes=BYTES, backupCount=KEPT, encoding="utf-8")
    keeping.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False)))
    showing = logging.StreamHandler(sys.stderr)
    showing.setLevel(logging.WARNING)
    showing.setFormatter(_formatter(_short))
    both: tuple[logging.Handler, ...] = (keeping, showing)
    for name, added in zip(NAMES, both, strict=True):
        added.set_name(name)
        root.addHandler(added)
    root.setLevel(logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(), cache_logger_on_first_use=False,
    )
    return file


def _scrub(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and key != "timestamp":
            event[key] = PERSONAL.sub("•", value)
    return event


def _short(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
    level = LEVELS.get(str(event.pop("level", "")), "")
    what = event.pop("event", "")
    more = " ".join(f"{key}={value}" for key, value in event.items() if key not in {"timestamp", "logger", "exception"})
    return f"{level} : {what} {more}".strip()


_SHARED: Final[tuple[Any, ...]] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    _scrub,
)


def _formatter(renderer: Any) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
