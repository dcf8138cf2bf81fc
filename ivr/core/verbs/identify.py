"""Who is calling: the matricule, by keypad and by voice at the same time.

A turn gives readings (`ivr.core.matricule`): six digits and the key that carries the letter, or words. The directory is a
veto, never a guess: among the readings, members win; nothing that was not typed or said is ever offered. What remains in
doubt is asked: the letter by its key among three or four, then the whole read back, digit by digit, to be confirmed.
A refused candidate is never offered again. After three turns we go on without it: it is optional.

The matricule identifies; it never authenticates. What is personal needs a second factor (`lookup`).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Final

from ivr.core.commands import Grammar, Lookup, Prompt
from ivr.core.dialogue import Prompts, Question, Reply, Said, Silent, Tries, Typed, Unclear, ask, fetch, prompt, say
from ivr.core.matricule import (
    Complete,
    choose_letter,
    join,
    keypad,
    rank,
)
from ivr.core.messages import Event, Facts, Json
from ivr.core.spoken import yes_or_no
from ivr.core.verbs.node import leave_by
from ivr.core.verbs.readings import MOST_READINGS, Readings, best, heard_letters, six_digits

if TYPE_CHECKING:
    from ivr.core.call import Call, Steps
    from ivr.core.verbs.collect import Collect

VOICE_MISSES_BEFORE_KEYPAD: Final = 2

CANDIDATES_A_TURN: Final = 2
"""How many candidates of one spoken turn are read back before the question is asked again."""


def identify(call: Call, node: Collect) -> Steps:
    """Ask, understand, confirm; three times at most. Leaves ``facts['matricule']`` when it is confirmed."""
    call.note("capture", node.name)
    tries = Tries(call, node.errors or "matricule", node.tries)
    lead: Prompts = ()
    refused: set[str] = set()
    while not tries.over:
        reply = yield from ask(call, _question(node, (*lead, *call.fill(node.prompts))))
        lead = ()
        if node.without and reply == Typed("#"):
            return node.without
        leave_by(call, reply)
        if reply == Typed("*"):
            continue
        readings = yield from _readings(call, reply)
        ranked = yield from _ranked(call, readings, frozenset(refused))
        confirmed = yield from _confirm_one(call, reply, ranked, refused)
        if confirmed:
            return _kept(call, node, confirmed, reply)
        lead = _sorry(call, tries, reply, ranked)
    yield from say(call, lead)
    call.note("tries_over", node.name)
    return node.failed or call.flow.fallback


def _question(node: Collect, prompts: Prompts) -> Question:
    return Question(prompts, digits=7, grammar=Grammar("matricule"), first=node.first)


def _kept(call: Call, node: Collect, matricule: str, reply: Reply) -> str:
    """What a second factor has proven, it has proven of one person: another matricule has proven nothing yet."""
    if call.facts.get("matricule") != matricule:
        call.facts["verified"] = False
    call.facts["matricule"] = matricule
    call.note("identified", [matricule, "keypad" if isinstance(reply, Typed) else "speech"])
    return node.next


def _sorry(call: Call, tries: Tries, reply: Reply, ranked: Readings) -> Prompts:
    lead = tries.miss(reply if isinstance(reply, Silent) or not ranked else Unclear())
    if tries.over:
        return lead
    if ranked:
        return (Prompt("matricule.corriger"),)
    misses = int(str(call.facts.get("voice_misses", 0))) + isinstance(reply, Said | Unclear)
    call.facts["voice_misses"] = misses
    return (Prompt("matricule.passer_clavier"),) if misses == VOICE_MISSES_BEFORE_KEYPAD else lead


# ------------------------------------------------------------------------------------------------- from words to readings
def _readings(call: Call, reply: Reply) -> Generator[None, Event, Readings]:
    """What the turn may mean; six digits alone lead to a turn for the letter."""
    if isinstance(reply, Typed):
        match = keypad(reply.keys)
    elif isinstance(reply, Said):
        match = best(reply.hypotheses)
    else:
        return ()
    if isinstance(match, Complete):
        return match.readings
    digits = six_digits(match)
    if not digits:
        return ()
    return (yield from _ask_letter(call, digits))


def _ask_letter(call: Call, digits: Readings) -> Generator[None, Event, Readings]:
    """The letter, in a turn of its own: by its key, or said with a word."""
    tries = Tries(call, "lettre", 2)
    lead: Prompts = ()
    while not tries.over:
        reply = yield from ask(call, Question((*lead, Prompt("matricule.lettre")), grammar=Grammar("letter")))
        leave_by(call, reply)
        if isinstance(reply, Typed):
            match = keypad(digits[0].matricule + reply.keys)
            if isinstance(match, Complete):
                return match.readings
        if isinstance(reply, Said):
            letters = heard_letters(reply.hypotheses)
            if letters:
                return join(digits, letters)
        lead = () if reply == Typed("*") else tries.miss(reply)
    return ()


# --------------------------------------------------------------------------------------------------- from readings to one
def _ranked(call: Call, readings: Readings, refused: frozenset[str]) -> Generator[None, Event, Readings]:
    """Best first: members of the directory before others, those whose number calls before them; refused ones gone."""
    if not readings:
        return ()
    candidates: list[Json] = [each.matricule for each in readings[:MOST_READINGS]]
    asked: dict[str, Json] = {"matricules": candidates, "caller": call.facts.get("caller")}
    answer = yield from fetch(call, Lookup(call.ref(), "member", asked))
    known, likely = (_named(answer, name) for name in ("known", "likely"))
    ranked = rank(readings, known, refused, likely)
    call.note("readings", [[each.matricule, round(each.score, 3), each.matricule in known] for each in ranked[:5]])
    call.facts["known_matricules"] = sorted(known - refused)
    return ranked


def _named(answer: Facts | None, name: str) -> frozenset[str]:
    listed = answer.get(name) if answer else None
    return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()


def _confirm_one(call: Call, reply: Reply, ranked: Readings, refused: set[str]) -> Generator[None, Event, str | None]:
    """Read candidates back until one is confirmed; a typed letter in doubt is asked by its number first."""
    candidates = [each.matricule for each in ranked]
    if isinstance(reply, Typed) and _letter_in_doubt(call, candidates):
        chosen = yield from _choose_letter(call, candidates)
        candidates = [chosen] if chosen else []
    most = 1 if isinstance(reply, Typed) else CANDIDATES_A_TURN
    for candidate in candidates[:most]:
        if (yield from _read_back(call, candidate)):
            return candidate
        refused.add(candidate)
    return None


def _letter_in_doubt(call: Call, candidates: Sequence[str]) -> bool:
    known = call.facts.get("known_matricules")
    return len(candidates) > 1 and not (isinstance(known, list) and len(known) == 1)


def _choose_letter(call: Call, candidates: Sequence[str]) -> Generator[None, Event, str | None]:
    letters = sorted(candidate[6] for candidate in candidates)
    name = "matricule.lettre_choix" if len(letters) == 3 else "matricule.lettre_choix_4"
    if len(letters) not in {3, 4}:
        return candidates[0]
    question = prompt(name, **{f"lettre_{rank_}": letter for rank_, letter in enumerate(letters, 1)})
    tries = Tries(call, "lettre", 2)
    lead: Prompts = ()
    while not tries.over:
        reply = yield from ask(call, Question((*lead, question), grammar=Grammar("letter")))
        leave_by(call, reply)
        lead = ()
        if isinstance(reply, Typed):
            letter = choose_letter(letters, reply.keys)
            if letter:
                return candidates[0][:6] + letter
        if isinstance(reply, Said):
            said = next((each.matricule for each in heard_letters(reply.hypotheses) if each.matricule in letters), None)
            if said:
                return candidates[0][:6] + said
        if reply != Typed("*"):
            lead = tries.miss(reply)
    return None


def _read_back(call: Call, matricule: str) -> Generator[None, Event, bool]:
    """« J'ai compris : … Si c'est exact, tapez 1 ou dites oui. » Silence twice means no."""
    tries = Tries(call, "confirmer", 2)
    lead: Prompts = ()
    while not tries.over:
        said = prompt("matricule.confirmer", matricule=matricule)
        reply = yield from ask(call, Question((*lead, said), grammar=Grammar("yes_no")))
        lead = ()
        answer = _yes_or_no(reply)
        if answer is not None:
            call.note("confirmed" if answer else "refused", matricule)
            return answer
        leave_by(call, reply)
        if reply != Typed("*"):
            lead = tries.miss(reply)
    return False


def _yes_or_no(reply: Reply) -> bool | None:
    if isinstance(reply, Typed):
        return {"1": True, "2": False}.get(reply.keys)
    if isinstance(reply, Said):
        return next((answer for each in reply.hypotheses if (answer := yes_or_no(each.words)) is not None), None)
    return None
