"""The verb that finds requests with a second factor: something known to many, and something known to the requester."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from ivr.core import commands
from ivr.core.commands import Prompt
from ivr.core.dialogue import fetch, say
from ivr.core.messages import Json
from ivr.core.verbs.node import Node, spec

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps

FACTORS: Final[dict[str, tuple[str, ...]]] = {
    "status_by_code": ("reference", "code"),
    "status_by_birth": ("matricule", "birth"),
}
"""What each question needs: something known to many, and something known to the requester."""

MOST_LOOKUPS: Final = 3
"""Wrong factors a call, whatever the path: nobody goes through dates of birth by telephone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Node):
    """Find requests with a second factor. A wrong factor and an unknown person sound the same; after three wrong ones, or
    when the store says that this number has tried too often, nothing more is told."""

    says: ClassVar[tuple[str, ...]] = ("facteur.limite", "technique.logirec_indisponible")
    what: str = spec("question", "status_by_code (reference + code) or status_by_birth (matricule + birth)")
    found: str = spec("node", "at least one request")
    empty: str = spec("node", "none, or the factor is wrong")
    failed: str = spec("node", "the store does not answer, or too many tries (default: the flow's fallback)", default="")

    def run(self, call: Call) -> Steps:
        missed = int(str(call.facts.get("lookups", 0)))
        if missed >= MOST_LOOKUPS:
            return (yield from self._over(call, "facteur.limite"))
        args: dict[str, Json] = {name: call.facts.get(name) for name in FACTORS[self.what]}
        answer = yield from fetch(call, commands.Lookup(call.ref(), self.what, {**args, "caller": call.facts.get("caller")}))
        if answer is None:
            return (yield from self._over(call, "technique.logirec_indisponible"))
        if answer.get("limited"):
            forget(call)
            return (yield from self._over(call, "facteur.limite"))
        requests = answer.get("requests")
        if not isinstance(requests, list) or not requests:
            forget(call)
            call.facts["lookups"] = missed + 1
            return self.empty
        self._opened(call, requests)
        return self.found

    def _over(self, call: Call, why: str) -> Steps:
        yield from say(call, (Prompt(why),), bargein=False)
        return self.failed or call.flow.fallback

    def _opened(self, call: Call, requests: Sequence[Json]) -> None:
        """A code opens a request and proves nobody: a matricule that was only typed is then not the caller's."""
        if self.what == "status_by_code" and call.facts.get("matricule") and not call.facts.get("verified"):
            call.facts["matricule"] = None
            call.note("identified", [None, None])
        call.facts.update(requests=requests, verified=True, told=0)
        call.note("verified")


def forget(call: Call) -> None:
    """A wrong factor: what was opened before is closed, and what was typed is shown to nobody as proven."""
    call.facts.update(requests=[], verified=False, reference=None, followed=None)
