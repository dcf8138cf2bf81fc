"""What every part of `storage.store.Store` stands on: an engine and the ministry's rules."""

from __future__ import annotations

from storage.engine import Engine
from storage.logirec import Rules


class Part:
    def __init__(self, engine: Engine, rules: Rules | None = None) -> None:
        self.engine = engine
        self.rules = rules or Rules()
