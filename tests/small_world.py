"""What surrounds a test call: the real dialplan and catalogue, and a LOGIREC as small as a dictionary of people."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ivr.core.commands import AdvanceRequest, Lookup, Prompt, RegisterCallback, RegisterRequest, Started
from ivr.dialplan import Dialplan, load_dialplan
from ivr.prompts import Catalogue, load_catalogue, say
from ivr.prompts.saying import MOMENT, RECORDED
from tests.personas import EVERYBODY

ROOT = Path(__file__).resolve().parent.parent


@cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "prompts/fr/catalog.yaml")


@cache
def known_prompts() -> dict[str, frozenset[str]]:
    return {name: frozenset(prompt.args) for name, prompt in catalogue().prompts.items()}


def assert_can_be_said(prompt: Prompt) -> None:
    """The catalogue has it, with these arguments, and each can be said in French."""
    kinds = catalogue().prompts[prompt.id].args
    assert set(prompt.args) == set(kinds), f"{prompt} wants {set(kinds)}"
    for name, kind in kinds.items():
        for key in say(kind, prompt.args[name]):
            known = key in catalogue().prompts or key in RECORDED or key.startswith(MOMENT)
            assert known, f"{prompt}: nothing says {key!r}"


@cache
def dialplan() -> Dialplan:
    return load_dialplan(ROOT / "dialplans", known_prompts())


class Store:
    """The little LOGIREC of a test. ``lost``: it does not answer. ``moments``: by queue, the name of the message of today;
    ``refused``: numbers that it does not call back; ``limited``: numbers that have tried too many factors; ``same``: open
    requests by (matricule, category), with the number they were registered from; ``undone``: act → why it is not done;
    ``standing``: what is told of a request instead of what `tests.personas` says."""

    def __init__(self) -> None:
        self.lost = False
        self.drafts: dict[str, dict[str, Any]] = {}
        self.callbacks: list[RegisterCallback] = []
        self.lookups: list[Lookup] = []
        self.moments: dict[str, str] = {}
        self.refused: set[str] = set()
        self.limited: set[str] = set()
        self.same: dict[tuple[str, str], tuple[str, str]] = {}
        self.advances: list[AdvanceRequest] = []
        self.undone: dict[str, str] = {}
        self.standing: dict[str, dict[str, Any]] = {}

    def answer(self, command: Started) -> dict[str, Any]:
        match command:
            case Lookup():
                self.lookups.append(command)
                return self._look_up(command)
            case RegisterRequest():
                return self._register(dict(command.draft))
            case AdvanceRequest():
                return self._advance(command)
            case RegisterCallback(number=number) if number in self.refused:
                return {"refused": True}
            case RegisterCallback():
                known = any(each.number == command.number for each in self.callbacks)
                self.callbacks.append(command)
                return {"already": known}
        raise AssertionError(f"the store does not know {command}")

    def _register(self, draft: dict[str, Any]) -> dict[str, Any]:
        self.drafts.setdefault(draft["key"], draft)
        number = list(self.drafts).index(draft["key"]) + 1
        direction = "DGAPCE"
        return {"reference": f"REQ-2026-{number:06}", "code": "123456", "due": "2026-12-07", "direction": direction}

    def _advance(self, command: AdvanceRequest) -> dict[str, Any]:
        if command.act in self.undone:
            return {"done": False, "why": self.undone[command.act]}
        self.advances.append(command)
        return {"done": True, "status": {"close": "closed", "rate": "resolved"}.get(command.act, "in_progress")}

    def _look_up(self, command: Lookup) -> dict[str, Any]:
        args = command.args
        match command.what:
            case "moment":
                sound = self.moments.get(str(args["queue"]), "")
                return {"active": bool(sound), "sound": sound}
            case "member":
                known = {person.matricule for person in EVERYBODY}
                return {"known": [each for each in args["matricules"] if each in known]}
            case "open_same":
                asked = (str(args["matricule"]), str(args["category"]))
                reference, number = self.same.get(asked, ("", ""))
                tells = reference and (args["verified"] or number == args["caller"])
                return {"reference": reference if tells else None}
            case "status_by_birth" | "status_by_code" if args["caller"] in self.limited:
                return {"limited": True}
            case "status_by_birth":
                same = [each for each in EVERYBODY if each.birth and each.birth == args["birth"]]
                return self._told([r for each in same if each.matricule == args["matricule"] for r in each.requests])
            case "status_by_code":
                same = [each for each in EVERYBODY if each.code and each.code == args["code"]]
                return self._told([r for each in same for r in each.requests if r["reference"] == args["reference"]])
        raise AssertionError(f"the store has no question {command.what!r}")

    def _told(self, requests: list[dict[str, Any]]) -> dict[str, Any]:
        return {"requests": [self.standing.get(each["reference"], each) for each in requests]}
