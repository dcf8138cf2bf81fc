"""LOGIREC requests: registering, advancing, remarks, what came with them. A part of `storage.store.Store`."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.core.lifecycle import Act, Actor
from ivr.core.messages import Facts
from storage import advancing, by_phone, logirec, registering, times
from storage.part import Part
from storage.rows import OutboxRow, RequestFile, RequestRow


class RequestPart(Part):
    async def register(self, call: str, draft: Facts, at: float) -> Facts:
        return await self.engine.write(True, registering.register, self.rules, call, draft, at)

    async def register_for(self, actor: Actor, draft: Facts, at: float) -> Facts:
        """What a person of the staff registers. ``draft``: category and key (the same key of the same actor registers once),
        matricule, name, phone, birth, exam_number, note, channel ('counter', 'phone', 'mail'...), parent, duplicate_of.
        Returns what `register` does, and 'same': the reference of an open request of the same person and category or
        None. Raises `Refused` naming the field in French."""
        return await self.engine.write(True, registering.register_for, self.rules, actor, draft, at)

    async def open_same(self, draft: Facts) -> str | None:
        """The reference of an open request that registering ``draft`` would double. Raises `Refused` like `register_for`."""
        return await self.engine.read(registering.open_same, self.rules, draft)

    async def advance(self, reference: str, act: Act, actor: Actor, at: float) -> RequestRow:
        """One act of `ivr.core.lifecycle.ACTS`. Raises `Refused` with its sentence, nothing changed."""
        return await self.engine.write(True, advancing.advance, self.rules, reference, act, actor, at)

    async def advance_for_caller(self, call: str, reference: str, act: str, said: Facts, at: float) -> Facts:
        told = by_phone.Told(act, said)
        return await self.engine.write(True, by_phone.advance_for_caller, self.rules, call, reference, told, at)

    async def remark(self, reference: str, text: str, actor: Actor, at: float) -> None:
        """A line of the history that changes nothing. Raises `Refused`."""
        await self.engine.write(True, advancing.remark, reference, text, actor, at)

    async def keep_time(self, at: float) -> int:
        """What time brings by itself: alerts at 80, 100 and 150 % of the delay, and the closing of what was resolved ten
        business days ago. Returns how many requests changed; call it often, it does a thing once."""
        return await self.engine.write(True, times.keep_time, self.rules, at)

    async def request(self, reference: str) -> RequestFile | None:
        return await self.engine.read(logirec.request_file, reference)

    async def list_requests(
        self, *, status: str | None = None, category: str | None = None, matricule: str | None = None,
        only_open: bool = False, limit: int = 50, walled: bool = False,
    ) -> Sequence[RequestRow]:
        """Newest first; those behind the wall only with ``walled``."""
        return await self.engine.read(logirec.list_requests, status, category, matricule, only_open, limit, walled=walled)

    async def outbox_waiting(self, limit: int = 100) -> Sequence[OutboxRow]:
        """What is still to be told, oldest first."""
        return await self.engine.read(logirec.outbox_waiting, limit)

    async def outbox_sent(self, row: int, at: float) -> None:
        await self.engine.write(True, logirec.outbox_sent, row, at)
