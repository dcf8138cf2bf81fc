"""The purge of this installation: which terms, which folders, which key."""

from __future__ import annotations

from typing import Final

import structlog

from ivr.config import Settings
from ivr.core.fields import FlowErrors
from ivr.retention_table import load_retention
from storage.purge import Files, Report, purge
from storage.store import Store

KEY: Final = "pseudonym.key"

log = structlog.get_logger(__name__)


def files_of(settings: Settings) -> Files:
    """Where this installation keeps voices, exports and the key of the pseudonyms."""
    return Files(
        recordings=settings.recordings, clips=settings.var / "clips", exports=settings.var / "exports",
        key=settings.var / "secrets" / KEY,
    )


async def purge_now(settings: Settings, store: Store, at: float, *, dry: bool = False, who: str = "svi") -> Report:
    """Raises `FlowErrors` when retention.yaml cannot be read (nothing is forgotten then), `StoreError` and OSError."""
    policy = load_retention(settings.path(settings.dialplans))
    return await purge(store, policy, files_of(settings), at, dry=dry, who=who)


async def nightly(settings: Settings, store: Store, at: float) -> None:
    """For the service's housekeeping: the purge, told in the log by its counts. Terms that cannot be read are told as an
    error, and nothing is forgotten. Raises `StoreError` and OSError: the next round tries again."""
    try:
        report = await purge_now(settings, store, at)
    except FlowErrors as error:
        log.error("purge_impossible", error=str(error))
        return
    gone = {line.purpose: 0 for line in report.lines}
    for line in report.lines:
        gone[line.purpose] += line.rows + line.files
    log.info("purged", total=report.total, missing=sum(line.missing for line in report.lines), **gone)
