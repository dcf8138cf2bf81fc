"""Calls that came while the application was away: the dialplan has written each to a file of the spool folder.

The file is one JSON line, written at once; until its line feed is there it is not yet whole and is left for later.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AwayCall:
    """`caller` is digits with perhaps a leading +, or empty when withheld; `at` is in seconds since 1970."""

    caller: str
    dialled: str
    channel_id: str
    at: int
    file: Path

    def forget(self) -> None:
        """Remove the file: only once the call is safe in the store."""
        self.file.unlink(missing_ok=True)


def calls_while_away(spool_dir: Path) -> list[AwayCall]:
    """The calls kept in the spool, oldest first; a file that is no such call is left where it is."""
    calls = [_read(file) for file in sorted(spool_dir.glob("*.json"))]
    return sorted((call for call in calls if call), key=lambda call: (call.at, call.channel_id))


def _read(file: Path) -> AwayCall | None:
    text = file.read_text(errors="replace")
    if not text.endswith("\n"):
        return None
    try:
        said = json.loads(text)
        return AwayCall(said["caller"], said["dialled"], said["uniqueid"], int(said["epoch"]), file)
    except (ValueError, KeyError, TypeError):
        return None
