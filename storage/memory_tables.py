"""The statements of sql/*.sql once more, on dictionaries: each method does what the statement of its name does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storage.memory_distribution import DistributionTables
from storage.memory_lines import Lines, Table, newest, wanted

CALL = dict.fromkeys((
    "ended_at", "outcome", "cause", "matricule", "queue", "agent", "waited", "talked", "satisfaction", "request",
    "closed_nr", "record",
))


class Tables(DistributionTables):
    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []
        names = "calls journal flows counters requests history outbox people phones agents"
        for name in [*names.split(), *self.NAMES]:
            setattr(self, f"_{name}", Table(name, self._undo))

    _calls: Table
    _journal: Table
    _flows: Table
    _counters: Table
    _requests: Table
    _history: Table
    _outbox: Table
    _people: Table
    _phones: Table
    _agents: Table

    def end(self, kept: bool) -> None:
        """The end of a transaction."""
        while self._undo:
            undo = self._undo.pop()
            if not kept:
                undo()

    # -------------------------------------------------------------------------------------------------------- calls.sql
    def insert_call(self, id: str, **row: Any) -> Lines:  # noqa: A002 - the names of the columns
        return self._calls.add(id, {"id": id, **row, **CALL})

    def call(self, id: str) -> Lines:  # noqa: A002
        return self._calls.get_all(id)

    def open_calls(self) -> Lines:
        return sorted((row for row in self._calls.values() if row["outcome"] is None), key=lambda row: row["started_at"])

    def close_call(self, id: str, **row: Any) -> Lines:  # noqa: A002
        return self._calls.put(id, {**self._calls[id], **row})

    def list_calls(self, since: float | None, limit: int, **asked: Any) -> Lines:
        rows = (row for row in self._calls.values() if since is None or row["started_at"] >= since)
        return newest(wanted(rows, **asked), "started_at", "id", limit)

    def calls_closed_after(self, after: int, limit: int) -> Lines:
        closed = [row for row in self._calls.values() if (row["closed_nr"] or 0) > after]
        return sorted(closed, key=lambda row: row["closed_nr"])[:limit]

    def served_by_matricule(self, matricule: str, **period: float) -> Lines:
        return self._served(matricule=matricule, **period)

    def served_by_caller(self, caller: str, **period: float) -> Lines:
        return self._served(caller=caller, **period)

    def _served(self, after: float, at: float, **asked: Any) -> Lines:
        rows = wanted(self._calls.values(), outcome="TRANSFERE", **asked)
        return newest((row for row in rows if row["agent"] and after <= row["ended_at"] <= at), "ended_at", "id", 1)

    def insert_entry(self, **row: Any) -> Lines:
        self._calls.need(row["call"])
        return self._journal.add((row["call"], row["seq"]), row)

    def entries(self, call: str) -> Lines:
        return sorted(wanted(self._journal.values(), call=call), key=lambda row: row["seq"])

    def insert_flow(self, version: str, source: str) -> Lines:
        return [] if version in self._flows else self._flows.add(version, {"source": source})

    def flow(self, version: str) -> Lines:
        return self._flows.get_all(version)

    def counter(self, name: str) -> Lines:
        return self._counters.get_all(name)

    def next_number(self, name: str) -> Lines:
        self._counters.put(name, {"value": self._counters.get(name, {"value": 0})["value"] + 1})
        return [self._counters[name]]

    # ------------------------------------------------------------------------------------------------------- logirec.sql
    def insert_request(self, **row: Any) -> Lines:
        self._calls.need(row["call"])
        self._requests.need(row["parent"])
        return self._requests.add(row["reference"], row)

    def request(self, reference: str) -> Lines:
        return self._requests.get_all(reference)

    def request_by_key(self, call: str, key: str) -> Lines:
        return wanted(self._requests.values(), call=call, key=key)

    def latest_request_of_call(self, call: str) -> Lines:
        return newest(wanted(self._requests.values(), call=call), "created_at", "reference", 1)

    def open_code(self, code: str) -> Lines:
        return self._still_open(code=code)

    def _still_open(self, **asked: Any) -> Lines:
        return [row for row in wanted(self._requests.values(), **asked) if row["closed_at"] is None]

    def requests_of_matricule(self, matricule: str, unasked: str, limit: int) -> Lines:
        rows = wanted(self._requests.values(), matricule=matricule)
        shown = [row for row in rows if row["key"] != unasked or row["closed_at"] is None]
        in_order = newest(shown, "created_at", "reference", len(shown))
        return sorted(in_order, key=lambda row: row["closed_at"] is not None)[:limit]

    def open_same(self, matricule: str, category: str) -> Lines:
        return sorted(self._still_open(matricule=matricule, category=category), key=lambda row: row["created_at"])[:1]

    def list_requests(self, only_open: int, limit: int, **asked: Any) -> Lines:
        rows = self._still_open(**asked) if only_open else wanted(self._requests.values(), **asked)
        return newest(rows, "created_at", "reference", limit)

    def insert_history(self, **row: Any) -> Lines:
        self._requests.need(row["request"])
        return self._history.add(len(self._history) + 1, row)

    def history(self, request: str) -> Lines:
        return wanted(self._history.values(), request=request)

    def insert_outbox(self, **row: Any) -> Lines:
        number = len(self._outbox) + 1
        return self._outbox.add(number, {"id": number, "sent_at": None, **row})

    def outbox_waiting(self, limit: int) -> Lines:
        return [row for row in self._outbox.values() if row["sent_at"] is None][:limit]

    def outbox_sent(self, id: int, at: float) -> Lines:  # noqa: A002
        return self._outbox.put(id, {**self._outbox[id], "sent_at": at}) if id in self._outbox else []

    # -------------------------------------------------------------------------------------------------------- people.sql
    def put_person(self, **row: Any) -> Lines:
        return self._people.put(row["matricule"], row)

    def person(self, matricule: str) -> Lines:
        return self._people.get_all(matricule)

    def people_with_digits(self, digits: str) -> Lines:
        rows = [row for row in self._people.values() if row["matricule"][:6] == digits]
        return sorted(rows, key=lambda row: row["matricule"])

    def forget_phones(self, matricule: str) -> Lines:
        for row in wanted(self._phones.values(), matricule=matricule):
            self._phones.drop((row["number"], matricule))
        return []

    def insert_phone(self, **row: Any) -> Lines:
        return self._phones.add((row["number"], row["matricule"]), row)

    def phones(self, matricule: str) -> Lines:
        return sorted(wanted(self._phones.values(), matricule=matricule), key=lambda row: row["number"])

    def put_agent(self, **row: Any) -> Lines:
        known = self._agents.get(row["id"], {"reason": None, "wrap_until": None, **row})
        return self._agents.put(row["id"], {**known, **row, "wish": known["wish"]})

    def agent(self, id: str) -> Lines:  # noqa: A002
        return self._agents.get_all(id)

    def agent_at(self, extension: str) -> Lines:
        return wanted(self._agents.values(), extension=extension)

    def list_agents(self) -> Lines:
        return sorted(self._agents.values(), key=lambda row: row["id"])

    def delete_agent(self, id: str) -> Lines:  # noqa: A002
        return self._agents.drop(id)

    def set_wish(self, id: str, wish: str, reason: str | None) -> Lines:  # noqa: A002
        return self._agents.put(id, {**self._agents[id], "wish": wish, "reason": reason})

    def set_wrap(self, id: str, until: float | None) -> Lines:  # noqa: A002
        return self._agents.put(id, {**self._agents[id], "wrap_until": until})
