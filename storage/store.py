"""`Store`: everything the house asks of its store, as one class over any engine."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.core.messages import Event, Facts
from ivr.core.record import CallRecord
from storage import answers, calls, logirec, people
from storage.engine import Ask, Engine
from storage.logirec import Rules
from storage.rows import Agent, CallbackRow, CallFile, CallRow, OutboxRow, Person, RequestFile, RequestRow


class Store:
    """The ports `ivr.ports.Journal` and `ivr.ports.Requests`, and what the service and the command line read and keep.

    Every method raises `StoreError` within a bounded time (twice the store's ``patience``) and then has done nothing: a
    session notes it and goes on with its call. What returned is kept: the promises (open and close a call, register)
    through a power cut, everything else through the death of the process.
    """

    def __init__(self, engine: Engine, rules: Rules | None = None) -> None:
        self.engine = engine
        self.rules = rules or Rules()

    async def close(self) -> None:
        await self.engine.close()

    async def check(self) -> list[str]:
        """What is wrong with the store's files, a sentence each. Reads everything."""
        return await self.engine.check()

    # ------------------------------------------------------------------------------------------------------- the journal
    async def open_call(self, call: str, at: float, caller: str, dialed: str, flow: str) -> None:
        await self.engine.write(True, calls.open_call, call, at, caller, dialed, flow)

    async def append(self, call: str, seq: int, entries: Sequence[Event]) -> None:
        await self.engine.write(False, calls.append, calls.as_rows(call, seq, entries))

    async def close_call(self, call: str, record: CallRecord) -> str:
        return await self.engine.write(True, calls.close_call, self.rules, call, record)

    async def events(self, call: str) -> Sequence[Event]:
        return await self.engine.read(calls.events, call)

    async def open_calls(self) -> Sequence[str]:
        return await self.engine.read(calls.open_calls)

    async def keep_flow(self, version: str, source: str) -> None:
        await self.engine.write(True, calls.keep_flow, version, source)

    async def flow_source(self, version: str) -> str | None:
        return await self.engine.read(calls.flow_source, version)

    # ---------------------------------------------------------------------------------------------------------- requests
    async def register(self, call: str, draft: Facts, at: float) -> Facts:
        return await self.engine.write(True, logirec.register, self.rules, call, draft, at)

    async def register_callback(self, call: str, number: str, queue: str, reason: str, at: float) -> Facts:
        return await self.engine.write(True, logirec.register_callback, call, number, queue, reason, at)

    async def answer(self, what: str, args: Facts, at: float) -> Facts:
        return await self.engine.read(answers.answer, what, args, at)

    async def request(self, reference: str) -> RequestFile | None:
        return await self.engine.read(logirec.request_file, reference)

    async def list_requests(
        self, *, status: str | None = None, category: str | None = None, matricule: str | None = None,
        only_open: bool = False, limit: int = 50,
    ) -> Sequence[RequestRow]:
        """Newest first."""
        return await self.engine.read(logirec.list_requests, status, category, matricule, only_open, limit)

    async def outbox_waiting(self, limit: int = 100) -> Sequence[OutboxRow]:
        """What is still to be told, oldest first."""
        return await self.engine.read(logirec.outbox_waiting, limit)

    async def outbox_sent(self, row: int, at: float) -> None:
        await self.engine.write(True, logirec.outbox_sent, row, at)

    # --------------------------------------------------------------------------------------------------------- call lists
    async def list_calls(
        self, *, since: float | None = None, outcome: str | None = None, matricule: str | None = None,
        caller: str | None = None, limit: int = 50,
    ) -> Sequence[CallRow]:
        """Newest first, living calls included."""
        return await self.engine.read(calls.list_calls, since, outcome, matricule, caller, limit)

    async def call(self, call: str) -> CallFile | None:
        return await self.engine.read(calls.call_file, call)

    async def last_closed(self) -> int:
        """The number of the last closing, 0 before the first: where following begins."""
        return await self.engine.read(calls.last_closed)

    async def calls_closed_after(self, number: int, limit: int = 100) -> Sequence[CallRow]:
        """Calls closed since closing ``number``, in the order of their closing (`CallRow.closed_nr`)."""
        return await self.engine.read(calls.closed_after, number, limit)

    # ---------------------------------------------------------------------------------------------------------- callbacks
    async def list_callbacks(self, state: str | None = "open", limit: int = 100) -> Sequence[CallbackRow]:
        """Oldest first; ``state`` None for all."""
        return await self.engine.read(logirec.list_callbacks, state, limit)

    async def close_callback(self, callback: int, state: str, who: str, at: float) -> None:
        await self.engine.write(True, logirec.close_callback, callback, state, who, at)

    # -------------------------------------------------------------------------------------------------- people and agents
    async def import_people(self, rows: Sequence[Person]) -> int:
        """Add or replace; all or none. Returns how many."""
        return await self.engine.write(True, people.import_people, rows)

    async def person(self, matricule: str) -> Person | None:
        return await self.engine.read(people.person, matricule)

    async def put_agent(self, agent: Agent) -> None:
        """Add an agent, or change one: name, extension, secret, queues and skills, never the wish nor the wrap-up."""
        await self.engine.write(True, people.put_agent, agent)

    async def list_agents(self) -> Sequence[Agent]:
        return await self.engine.read(people.list_agents)

    async def agent(self, agent: str) -> Agent | None:
        return await self.engine.read(people.agent, agent)

    async def delete_agent(self, agent: str) -> None:
        await self.engine.write(True, people.change_agent, agent, Ask("delete_agent", {"id": agent}))

    async def set_wish(self, agent: str, wish: str, reason: str | None = None) -> None:
        change = Ask("set_wish", {"id": agent, "wish": wish, "reason": reason})
        await self.engine.write(False, people.change_agent, agent, change)

    async def set_wrap(self, agent: str, until: float | None) -> None:
        await self.engine.write(False, people.change_agent, agent, Ask("set_wrap", {"id": agent, "until": until}))
