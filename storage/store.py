"""`Store`: everything the house asks of its store, as one class over any engine."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.core.messages import Event, Facts
from ivr.core.record import CallRecord
from storage import answers, callbacks, calls, codec, factors, lost, moments, people, reports, work
from storage.engine import Ask
from storage.part_directory import DirectoryPart
from storage.part_privacy import PrivacyPart
from storage.part_requests import RequestPart
from storage.part_search import SearchPart
from storage.reports import Report
from storage.rows import Agent, CallbackRow, CallFile, CallRow, MomentRow, WorkRow


class Store(RequestPart, DirectoryPart, SearchPart, PrivacyPart):
    """The ports `ivr.ports.Journal` and `ivr.ports.Requests`, and what the service and the command line read and keep.

    Every method raises `StoreError` within a bounded time (twice the store's ``patience``) and then has done nothing: a
    session notes it and goes on with its call. What returned is kept: the promises (open and close a call, register)
    through a power cut, everything else through the death of the process.
    """

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

    # -------------------------------------------------------------------------------------------- what callers ask and leave
    async def register_callback(
        self, call: str, number: str, queue: str, reason: str, at: float, *, since: float | None = None, priority: int = 0,
        facts: Facts | None = None, expires: float = 0.0,
    ) -> Facts:
        return await self.engine.write(True, callbacks.register_callback, {
            "number": number, "queue": queue, "reason": reason, "call": call, "created_at": at, "since": since or at,
            "priority": priority, "expires": expires, "facts": codec.facts_to_json(facts or {}),
            "matricule": str((facts or {}).get("matricule") or "") or None,
        })

    async def answer(self, what: str, args: Facts, at: float) -> Facts:
        """A question with a second factor counts the wrong ones: it is a write, that a power cut may take."""
        if what in factors.QUESTIONS:
            return await self.engine.write(False, answers.answer, self.rules, what, args, at)
        return await self.engine.read(answers.answer, self.rules, what, args, at)

    # --------------------------------------------------------------------------------------------------------- call lists
    async def list_calls(
        self, *, since: float | None = None, outcome: str | None = None, matricule: str | None = None,
        caller: str | None = None, limit: int = 50, walled: bool = False,
    ) -> Sequence[CallRow]:
        """Newest first, living calls included; without ``walled``, none has a request that is behind the wall."""
        return await self.engine.read(calls.list_calls, since, outcome, matricule, caller, limit, walled=walled)

    async def records(self, since: float, until: float) -> Sequence[CallRecord]:
        """The records of calls that began in [since, until) and are over, oldest first."""
        return await self.engine.read(calls.records, since, until)

    async def call(self, call: str, *, walled: bool = False) -> CallFile | None:
        return await self.engine.read(calls.call_file, call, walled=walled)

    async def last_closed(self) -> int:
        """The number of the last closing, 0 before the first: where following begins."""
        return await self.engine.read(calls.last_closed)

    async def calls_closed_after(self, number: int, limit: int = 100) -> Sequence[CallRow]:
        """Calls closed since closing ``number``, in the order of their closing (`CallRow.closed_nr`)."""
        return await self.engine.read(calls.closed_after, number, limit)

    # ---------------------------------------------------------------------------------------------------------- callbacks
    async def list_callbacks(self, state: str | None = "open", limit: int = 100) -> Sequence[CallbackRow]:
        """In their places, the earliest first; ``state`` None for all. One that is being dialled is 'open'."""
        return await self.engine.read(callbacks.list_callbacks, state, limit)

    async def keep_callback(
        self, callback: str, state: str, tries: int, due: float, at: float, *, queue: str | None = None,
    ) -> None:
        """What the distributor's `KeepCallback` says; a ``queue`` of None is the one it has. An expired one becomes a work
        item in the same transaction. Raises `Refused` when somebody closed it meanwhile."""
        await self.engine.write(
            True, callbacks.keep_callback, self.rules, callback, state, tries=tries, due=due, at=at, queue=queue,
        )

    async def close_callback(
        self, callback: int | str, state: str, who: str, at: float, outcome: str | None = None,
    ) -> None:
        """By hand; ``outcome`` is one of `storage.work.OUTCOMES`. A request that exists only for it ends with it."""
        rule = callbacks.close_callback
        await self.engine.write(True, rule, self.rules, str(callback), state, who=who, at=at, outcome=outcome)

    # --------------------------------------------------------------------------------------------------------- lost calls
    async def list_work(self, state: str | None = "open", kind: str | None = None, limit: int = 100) -> Sequence[WorkRow]:
        """Oldest first; ``state`` None for all, 'closed' for those with an outcome."""
        return await self.engine.read(work.list_work, state, kind, limit)

    async def work_item(self, item: int) -> WorkRow | None:
        return await self.engine.read(work.work_item, item)

    async def close_work(self, item: int, outcome: str, who: str, at: float, note: str | None = None) -> None:
        """``outcome`` is one of `storage.work.OUTCOMES`. Raises `Refused` for another, and when it was closed before.
        A request that exists only because of the lost calls ends in the same transaction."""
        await self.engine.write(True, lost.close_work, self.rules, item, outcome, who=who, at=at, note=note)

    # ------------------------------------------------------------------------------------- the journal of the distributor
    async def keep_reports(self, told: Sequence[Report]) -> None:
        """No promise: what a power cut takes is a few seconds of figures."""
        await self.engine.write(False, reports.keep_reports, tuple(told))

    async def reports(self, since: float, until: float) -> Sequence[Report]:
        """Stays that began in [since, until), works and times spent that have a second in it."""
        return await self.engine.read(reports.reports, since, until)

    # ---------------------------------------------------------------------------------------- the information of the moment
    async def put_moment(
        self, prompt: str, sound: str, since: float, until: float | None, who: str, *, queue: str = "",
    ) -> int:
        """For the callers of ``queue``, '' for all. Ends the earlier ones of that queue; returns its number."""
        return await self.engine.write(True, moments.put_moment, {
            "queue": queue, "prompt": prompt, "sound": sound, "since": since, "until": until, "who": who,
        })

    async def end_moment(self, moment: int, at: float) -> None:
        await self.engine.write(True, moments.end_moment, moment, at)

    async def end_moments(self, at: float) -> int:
        """End all that are active at ``at``; returns how many."""
        return await self.engine.write(True, moments.end_moments, at)

    async def moments(self, at: float) -> Sequence[MomentRow]:
        """Those that callers hear at ``at``, at most one for each queue."""
        return await self.engine.read(moments.moments, at)

    # -------------------------------------------------------------------------------------------------------------- agents
    async def put_agent(self, agent: Agent) -> None:
        """Add an agent, or change one: all but the wish and the wrap-up."""
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
