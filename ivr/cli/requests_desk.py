"""The desk that works on requests: who sits there, in which role, what the dialplans say, and what may be seen.

A walled request (a denunciation) is not there for who does not ask for it with a reason: it is told in the very words in
which a request that does not exist is told.
"""

from __future__ import annotations

import itertools
import re
import time
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import typer

from ivr.cli.console import printable, warn
from ivr.cli.opened import who, with_store
from ivr.config import load_settings
from ivr.core.lifecycle import ROLES, Actor, Role
from ivr.dialplan import Dialplan
from ivr.site import load_flow, load_prompts, store_rules
from storage import Refused, RequestFile, Store

T = TypeVar("T")
AT_DESKS: Final[tuple[Role, ...]] = ("agent", "counter", "supervisor", "department")
LONGEST: Final = 4000
"""Letters of a text, as the store counts them."""
_REFERENCE: Final = re.compile(r"(?:(?:REQ[- ]?)?([0-9]{4})(?:[- ]|(?=[0-9]{6}$)))?([0-9]{1,6})")

InRole = Annotated[str, typer.Option("--role", help=f"In which role you act: {', '.join(AT_DESKS)}.")]
OfDirection = Annotated[str, typer.Option("--direction", help="Your own direction, with --role department.")]
By = Annotated[str, typer.Option("--by", help="Who acts; you unless told otherwise.")]
Walled = Annotated[bool, typer.Option("--walled", help="Reach a walled request too; it needs --why, and is logged.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON: one object a line.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask back.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="Such as REQ-2026-000123, or 123 for this year's.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody at work, at ``at`` (UTC seconds). ``why``: for what reason a record is looked at, '' for none."""

    store: Store
    plan: Dialplan
    actor: Actor
    walled: bool = False
    why: str = ""
    at: float = field(default_factory=time.time)

    async def file(self, reference: str) -> RequestFile:
        """Raises `Refused` for one that does not exist, or is not for these eyes. What is walled is logged when opened."""
        file = await self.store.request(reference)
        if file is None or (file.request.walled and not self.walled):
            raise unknown(reference)
        if file.request.walled:
            await self.log("walled", reference)
        return file

    async def log(self, act: str, *subjects: str) -> None:
        """Note that the records were looked at, before they are shown."""
        await self.store.log_access(self.actor.name, self.actor.role, act, subjects, self.why or None, self.at)


@dataclass(frozen=True, slots=True)
class Seat:
    """What the options said of who acts."""

    role: str = "agent"
    direction: str = ""
    by: str = ""
    walled: bool = False
    why: str = ""

    def actor(self, plan: Dialplan) -> Actor:
        if self.role not in AT_DESKS:
            raise Refused(f"Le rôle « {printable(self.role)} » n'existe pas : dites {', '.join(AT_DESKS)}.")
        if self.role == "department" and not self.direction:
            raise Refused(f"Vous êtes {ROLES['department']} : dites laquelle avec --direction.")
        direction = known_direction(plan, self.direction) if self.direction else ""
        name = self.by.strip() or who()
        if len(name) > 80 or not name.isprintable():
            raise Refused("Le nom dit avec --by a 80 signes au plus, tous lisibles.")
        return Actor(name, next(role for role in AT_DESKS if role == self.role), direction)


def at_desk(seat: Seat, work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run ``work`` at a desk of this installation. Raises `NothingThere`, `FlowErrors` and what ``work`` raises."""
    if seat.walled and not seat.why.strip():
        raise Refused("Une requête protégée ne s'ouvre qu'avec une raison : dites-la avec --why.")
    if len(seat.why) > LONGEST:
        raise Refused(f"La raison a {len(seat.why)} signes : {LONGEST} au plus.")
    settings = load_settings()
    plan = load_flow(settings, load_prompts(settings))
    actor = seat.actor(plan)

    async def seated(_settings: object, store: Store) -> T:
        return await work(Desk(store, plan, actor, seat.walled, seat.why))

    return with_store(seated, rules=store_rules(plan))


async def each(references: Sequence[str], do: Callable[[str], Awaitable[None]]) -> int:
    """Do it to one after the other; what is refused is told and does not stop the rest. Returns the exit code: 0, 1 when
    some were refused, 2 when all were."""
    refused = 0
    for reference in references:
        try:
            await do(reference)
        except Refused as error:
            refused += 1
            warn(str(error))
    return 0 if not refused else 2 if refused == len(references) else 1


def reference_of(text: str) -> str:
    """REQ-2026-000123 however it was typed: req-2026-123, 2026-123, 2026000123, or 123 in this year."""
    found = _REFERENCE.fullmatch(text.strip().upper())
    if found is None:
        short = printable(text[:40])
        raise Refused(f"« {short} » n'est pas une référence : écrivez REQ-2026-000123, ou 123 pour cette année.")
    year, number = found.groups()
    return f"REQ-{year or datetime.now(UTC).year}-{int(number):06d}"


def references_of(texts: Iterable[str]) -> list[str]:
    """Each once, in the order in which they were typed."""
    return list(dict.fromkeys(map(reference_of, texts)))


def readable(*texts: str) -> None:
    """Raises `Refused` for what no keyboard types: control characters, and bytes that are no text."""
    for letter in itertools.chain(*texts):
        if letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"):
            raise Refused("Un texte contient des signes de commande : tapez-le de nouveau. Rien n'a été changé.")


def unknown(reference: str) -> Refused:
    """The store's own words."""
    return Refused(f"La requête {reference[:40]} n'existe pas : vérifiez sa référence.")


def known_direction(plan: Dialplan, text: str) -> str:
    """The code of a direction, typed as a code or by its short name in any case."""
    wanted = text.strip().casefold()
    for code, direction in plan.directions.items():
        if wanted in (code.casefold(), direction.sigle.casefold()):
            return code
    known = ", ".join(plan.directions)
    raise Refused(f"La direction « {printable(text[:40])} » n'existe pas : dites {known}.")


def sigle(plan: Dialplan, code: str | None) -> str:
    """A direction's short name; one that the dialplans no longer know is told as it was written."""
    return plan.directions[code].sigle if code and code in plan.directions else code or ""


def label(plan: Dialplan, code: str) -> str:
    return plan.categories[code].label if code in plan.categories else code
