"""The statements about callbacks, lost calls, reports and informations of the moment, on dictionaries."""

from __future__ import annotations

from typing import Any, Final

from storage.memory_lines import Line, Lines, Table, wanted

CALLBACK: Final = {
    "state": "open", "closed_at": None, "closed_by": None, "request": None, "tries": 0, "due": 0.0, "outcome": None,
}
WORK: Final = {"calls": 1, "state": "open", "outcome": None, "closed_by": None, "closed_at": None, "note": None}


def _by(rows: Lines, *names: str) -> Lines:
    return sorted(rows, key=lambda row: [row[name] for name in names])


class DistributionTables:
    NAMES: Final = ("callbacks", "work_items", "stays", "works", "spents", "moments")

    _callbacks: Table
    _work_items: Table
    _stays: Table
    _works: Table
    _spents: Table
    _moments: Table

    # ----------------------------------------------------------------------------------------------------- callbacks.sql
    def insert_callback(self, **row: Any) -> Lines:
        number = len(self._callbacks) + 1
        return self._callbacks.add(number, {"id": number, **CALLBACK, **row})

    def open_callback(self, number: str) -> Lines:
        return wanted(self._callbacks.values(), number=number, state="open")

    def advance_callback(self, id: int, since: float) -> Lines:  # noqa: A002 - the names of the columns
        return self._callbacks.change(id, since=since)

    def callback(self, id: int) -> Lines:  # noqa: A002
        return self._callbacks.get_all(id)

    def list_callbacks(self, state: str | None, limit: int) -> Lines:
        return _by(wanted(self._callbacks.values(), state=state), "since", "id")[:limit]

    def try_callback(self, id: int, tries: int, due: float, queue: str | None) -> Lines:  # noqa: A002
        return self._callbacks.change(id, tries=tries, due=due, **({"queue": queue} if queue else {}))

    def close_callback(self, id: int, state: str, at: float, who: str, outcome: str | None) -> Lines:  # noqa: A002
        return self._callbacks.change(id, state=state, closed_at=at, closed_by=who, outcome=outcome)

    def link_callbacks(self, call: str, request: str, matricule: str | None) -> Lines:
        for row in wanted(self._callbacks.values(), call=call):
            if row["request"] is None:
                self._callbacks.change(row["id"], request=request, matricule=row["matricule"] or matricule)
        return []

    # ---------------------------------------------------------------------------------------------------------- work.sql
    def insert_work_item(self, call: str, at: float, **row: Any) -> Lines:
        number = len(self._work_items) + 1
        times = {"call": call, "last_call": call, "created_at": at, "last_at": at}
        return self._work_items.add(number, {"id": number, **WORK, **times, **row})

    def open_work_items(self, number: str, matricule: str | None) -> Lines:
        def same(row: Line) -> bool:
            return bool((number and row["number"] == number) or (matricule and row["matricule"] == matricule))
        return _by([row for row in wanted(self._work_items.values(), state="open") if same(row)], "created_at", "id")

    def add_to_work_item(self, id: int, call: str, at: float, number: str, matricule: str | None) -> Lines:  # noqa: A002
        row = self._work_items[id]
        who = {"number": row["number"] or number, "matricule": row["matricule"] or matricule}
        return self._work_items.change(id, calls=row["calls"] + 1, last_call=call, last_at=at, **who)

    def work_item(self, id: int) -> Lines:  # noqa: A002
        return self._work_items.get_all(id)

    def list_work_items(self, limit: int, **asked: str | None) -> Lines:
        return _by(wanted(self._work_items.values(), **asked), "created_at", "id")[:limit]

    def close_work_item(self, id: int, outcome: str, who: str, at: float, note: str | None) -> Lines:  # noqa: A002
        return self._work_items.change(id, state="closed", outcome=outcome, closed_by=who, closed_at=at, note=note)

    # ------------------------------------------------------------------------------------------------------- reports.sql
    def keep_stay(self, **row: Any) -> Lines:
        return self._stays.add_once((row["call"], row["queue"], row["entered"]), row)

    def keep_worked(self, **row: Any) -> Lines:
        return self._works.add_once(row["offer"], row)

    def keep_spent(self, **row: Any) -> Lines:
        return self._spents.add_once((row["agent"], row["since"]), row)

    def stays(self, since: float, until: float) -> Lines:
        return _by([row for row in self._stays.values() if since <= row["entered"] < until], "entered")

    def works(self, since: float, until: float) -> Lines:
        return _overlapping(self._works, "at", since, until)

    def spent(self, since: float, until: float) -> Lines:
        return _overlapping(self._spents, "since", since, until)

    # ------------------------------------------------------------------------------------------------------- moments.sql
    def insert_moment(self, **row: Any) -> Lines:
        number = len(self._moments) + 1
        self._moments.add(number, {"id": number, "ended_at": None, **row})
        return [{"id": number}]

    def cut_moments(self, queue: str, since: float, until: float | None) -> Lines:
        for row in wanted(self._moments.values(), queue=queue):
            if _lasts(row, since) and (until is None or row["since"] < until):
                self._moments.change(row["id"], ended_at=since)
        return []

    def moments_at(self, at: float) -> Lines:
        return _by([row for row in self._moments.values() if row["since"] <= at and _lasts(row, at)], "queue", "id")

    def moment(self, id: int) -> Lines:  # noqa: A002
        return self._moments.get_all(id)

    def end_moment(self, id: int, at: float) -> Lines:  # noqa: A002
        return self._moments.change(id, ended_at=at)


def _overlapping(table: Table, start: str, since: float, until: float) -> Lines:
    """Those with a second in [since, until), and those without any second that began in it."""
    rows = [row for row in table.values() if row[start] < until and (row["until"] > since or row[start] >= since)]
    return _by(rows, start)


def _lasts(row: Line, at: float) -> bool:
    return all(end is None or end > at for end in (row["until"], row["ended_at"]))
