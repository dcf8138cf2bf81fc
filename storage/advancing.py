"""How a request advances: one act of the life-cycle, in one transaction with its history and what is to be told."""

from __future__ import annotations

from typing import Any

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Facts
from storage.engine import Steps
from storage.logirec import Rules
from storage.rows import RequestRow


def advance(rules: Rules, reference: str, act: Act, actor: Actor, at: float) -> Steps[RequestRow]:
    raise NotImplementedError


def advance_for_caller(rules: Rules, call: str, reference: str, act: str, said: Facts, at: float) -> Steps[Facts]:
    raise NotImplementedError


def remark(reference: str, text: str, actor: Actor, at: float) -> Steps[None]:
    raise NotImplementedError


def keep_time(rules: Rules, at: float) -> Steps[int]:
    raise NotImplementedError


def _later(*_: Any) -> None: ...
