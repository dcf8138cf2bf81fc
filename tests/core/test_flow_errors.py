"""A bad flow is refused: every problem at once, each with file, line, what is wrong and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.core.flow import Flow, FlowErrors, World
from ivr.core.hours import Calendar
from ivr.dialplan import load_dialplan, parse_flow
from tests.phone import ROOT, dialplan, known_prompts, phone

GOOD = """\
flow: petit
start: accueil
start_menu: menu
fallback: fin
keys: {"0": fin}
nodes:
  accueil:
    verb: say
    prompts: accueil.bienvenue
    next: menu
  menu:
    verb: menu
    prompts: principal.intro
    choices:
      "1": {say: principal.suivi, next: ouvert}
      "2": {next: fin, facts: {category: ATT}}
  ouvert:
    verb: hours
    calendar: cruc
    open: fin
    closed: fin
  fin:
    verb: hangup
    prompts: fin.au_revoir
"""

WITHOUT_DOCUMENTS = {name: args for name, args in known_prompts().items() if name != "pieces.ATT"}
WORLD = World(WITHOUT_DOCUMENTS, frozenset({"general"}), frozenset({"ATT", "SOL-PRIME"}), {"cruc": Calendar(((),) * 7)})


def read(text: str) -> Flow:
    return parse_flow(text, WORLD, file="petit.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(FlowErrors) as refused:
        read(text)
    return [str(problem) for problem in refused.value.problems]


def change(before: str, after: str) -> list[str]:
    assert before in GOOD
    return problems(GOOD.replace(before, after, 1))


def test_the_good_one_is_taken() -> None:
    assert set(read(GOOD).nodes) == {"accueil", "menu", "ouvert", "fin"}


ONE_PROBLEM = {
    "unknown key of the flow": ("start_menu: menu", "start_menu: menu\nstrat: x",
        "petit.yaml:4: the file: a flow has no 'strat'. Known here: start"),
    "unknown key of a node": ("    next: menu", "    next: menu\n    promts: x",
        "petit.yaml:11: nodes.accueil: the verb say has no 'promts'. Known here: prompts."),
    "unknown verb": ("    verb: hours", "    verb: hour",
        "petit.yaml:17: node 'ouvert': unknown verb 'hour'. Known here: hours."),
    "missing field": ("    calendar: cruc\n", "",
        "petit.yaml:17: node 'ouvert': 'calendar' is missing. It says a calendar of hours.yaml."),
    "dangling node": ("    open: fin", "    open: fini",
        "petit.yaml:20: nodes.ouvert.open: there is no node 'fini'. Known here: fin."),
    "dangling start of our calls": ("fallback: fin", "fallback: fin\ncallback_start: finir",
        "petit.yaml:5: callback_start: there is no node 'finir'. Known here: fin."),
    "dangling choice": ("next: ouvert}", "next: ouverte}",
        "petit.yaml:15: nodes.menu.choices.1: there is no node 'ouverte'. Known here: ouvert."),
    "missing prompt": ("prompts: principal.intro", "prompts: principal.intru",
        "petit.yaml:13: nodes.menu.prompts.0: unknown prompt 'principal.intru'."),
    "missing argument": ("prompts: fin.au_revoir", "prompts: horaires.pause",
        "petit.yaml:24: nodes.fin.prompts.0: prompt 'horaires.pause' needs 'heure'. Give args: {heure: \"{fact}\"}."),
    "argument too many": ("prompts: fin.au_revoir", "prompts: {id: fin.au_revoir, args: {x: y}}",
        "petit.yaml:24: nodes.fin.prompts.0: prompt 'fin.au_revoir' has no argument 'x'."),
    "fact never set": ("prompts: fin.au_revoir", 'prompts: {id: horaires.pause, args: {heure: "{heure}"}}',
        "petit.yaml:24: node 'fin': nothing sets the fact 'heure'. Let a choice or a collect set it."),
    "unquoted digit": ('"1": {say', "1: {say", 'petit.yaml:15: nodes.menu.choices: the key 1 is a number. Quote it: "1".'),
    "no key of a telephone": ('"1": {say', '"12": {say',
        "petit.yaml:15: nodes.menu.choices.12: '12' is no key of a telephone. Keys are 0 to 9, * and #."),
    "unquoted number": ("flow: petit", "flow: 1364",
        'petit.yaml:1: flow must be a word, not a number. Quote it: "1364".'),
    "unknown category": ("{category: ATT}", "{category: AT}",
        "petit.yaml:16: nodes.menu.choices.2.facts.category: unknown category 'AT'. Known here: ATT."),
    "a fact of the engine": ("{category: ATT}", "{matricule: x}",
        "petit.yaml:16: nodes.menu.choices.2.facts.matricule: 'matricule' is noted by the engine alone."),
    "unknown calendar": ("calendar: cruc", "calendar: crus",
        "petit.yaml:19: nodes.ouvert.calendar: unknown calendar 'crus'. Known here: cruc."),
    "out of range": ("    prompts: principal.intro", "    prompts: principal.intro\n    tries: 99",
        "petit.yaml:14: nodes.menu.tries: 99 is out of range. Give a number from 1 to 9."),
    "missing error prompts": ("    prompts: principal.intro", "    prompts: principal.intro\n    errors: principale",
        "petit.yaml:14: nodes.menu.errors: unknown prompt 'principale.silence_1'."),
    "unreachable": ("  fin:", "  seul: {verb: say, prompts: fin.merci, next: fin}\n  fin:",
        "petit.yaml:22: node 'seul' is never reached. Lead to it, or remove it."),
    "cycle without input": ("    open: fin", "    open: ouvert",
        "petit.yaml:17: node 'ouvert' is in a cycle without input. Put a node that waits for the caller"),
    "no nodes": (GOOD[GOOD.index("nodes:"):], "", "petit.yaml:1: nodes must be a list of `key: value` lines, not nothing."),
    "not a menu": ("start_menu: menu", "start_menu: accueil", "petit.yaml:3: start_menu: 'accueil' is not a menu."),
    "bad YAML": ("keys: {", "keys: {{", "petit.yaml:"),
    "doubled node": ("  fin:", "  menu: {}\n  fin:", "petit.yaml:"),
}


@pytest.mark.parametrize("kind", ONE_PROBLEM)
def test_each_kind_of_fault_is_told_with_its_line(kind: str) -> None:
    before, after, told = ONE_PROBLEM[kind]
    found = change(before, after)
    assert any(problem.startswith(told) for problem in found), "\n".join(found)


def test_what_only_our_own_calls_reach_is_reached() -> None:
    text = GOOD.replace("fallback: fin", "fallback: fin\ncallback_start: seul") + "  seul: {verb: hangup}\n"
    assert read(text).callback_start == "seul"
    assert read(GOOD).callback_start == ""


def test_a_loop_that_nobody_leaves_is_told() -> None:
    loop = '      "3": {next: boucle}\n  boucle: {verb: say, prompts: fin.merci, next: boucle}\n  ouvert:'
    found = change("  ouvert:", loop)
    assert found == ["petit.yaml:18: no way out of node 'boucle'. Lead it, in the end, to a hangup."]


def test_all_problems_are_told_at_once_in_order() -> None:
    text = GOOD.replace("open: fin", "open: fini").replace("calendar: cruc", "calendar: crus").replace('"1":', "1:")
    assert [line.split(":")[1] for line in problems(text)] == ["15", "19", "20"]


def test_a_category_without_its_documents_is_told() -> None:
    say = '  ouvert: {verb: say, prompts: {id: choix.pieces, args: {pieces: "pieces.{category}"}}, next: fin}\n'
    start, end = GOOD.index("  ouvert:"), GOOD.index("  fin:\n")
    text = (GOOD[:start] + say + GOOD[end:]).replace("next: fin, facts", "next: ouvert, facts")
    assert problems(text) == [
        "petit.yaml:17: node 'ouvert' says the prompt 'pieces.ATT', which is not in the catalogue. Write it there.",
    ]


def test_where_a_status_is_told_every_category_has_its_documents() -> None:
    status = "  ouvert: {verb: status, next: fin, over: fin}\n"
    start, end = GOOD.index("  ouvert:"), GOOD.index("  fin:\n")
    assert problems(GOOD[:start] + status + GOOD[end:]) == [
        "petit.yaml:17: node 'ouvert' says the prompt 'pieces.ATT', which is not in the catalogue. Write it there.",
    ]


def test_the_flow_that_serves_has_a_version_that_follows_its_text() -> None:
    assert read(GOOD).version != read(GOOD + "# autre\n").version
    assert phone().record.flow == dialplan().flow.version


# ----------------------------------------------------------------------------------------------------- the whole folder
def folder(tmp_path: Path, **changed: str) -> Path:
    for name in ("1364.yaml", "queues.yaml", "hours.yaml", "categories.yaml"):
        text = (ROOT / "dialplans" / name).read_text("utf-8")
        before, _, after = changed.get(name.split(".")[0].replace("1364", "flow"), "").partition(" => ")
        assert before in text
        (tmp_path / name).write_text(text.replace(before, after, 1) if before else text, "utf-8")
    return tmp_path


def refused(place: Path) -> str:
    with pytest.raises(FlowErrors) as errors:
        load_dialplan(place, known_prompts())
    return str(errors.value)


def test_faults_in_all_files_are_told_together(tmp_path: Path) -> None:
    told = refused(folder(
        tmp_path, flow="verb: status => verb: statut", queues='général", ring: 20 => général", ring: vite',
        hours='lundi: ["07:30 => lundi: ["7h30', categories="unit: days => unit: lunes",
    ))
    files = [line.split(":")[0] for line in told.splitlines()]
    assert files == ["1364.yaml", "categories.yaml", "hours.yaml", "queues.yaml"]


@pytest.mark.parametrize(("changed", "told"), [
    ({"queues": 'général", ring: => général", rings:'}, "queues.yaml:LINE: queues.general: a queue has no 'rings'."),
    ({"queues": 'général", ring: 20 => général", ring: 0'}, "queues.yaml:LINE: queues.general.ring: 0 is out of range."),
    ({"hours": "lundi: => lundy:"}, "hours.yaml:16: calendars.cruc.week: a week has no 'lundy'."),
    ({"hours": '"07:30-12:30", => "12:30-07:30",'}, "hours.yaml:16: '12:30-07:30': the end must come after"),
    ({"hours": '"13:30-16:30" => "12:00-16:30"'}, "hours.yaml:16: '12:00-16:30' begins before the hours written before"),
    ({"hours": 'date: "2026-01-01" => date: "2026-02-30"'}, "the day '2026-02-30' is not understood."),
    ({"hours": "zone: Africa/Abidjan => zone: Africa/Nulle"}, "hours.yaml:14: 'Africa/Nulle' is no time zone."),
    ({"categories": "parent: ATT => parent: AT"}, "categories.ATT-TRAVAIL.parent: unknown category 'AT'."),
    ({"categories": "delay: 3 => delay: trois"}, "categories.ATT-TRAVAIL.delay must be a number, not a word."),
])
def test_each_small_file_is_checked(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    line = (ROOT / "dialplans/queues.yaml").read_text("utf-8").partition("  general: {")[0].count("\n") + 1
    assert told.replace("LINE", str(line)) in refused(folder(tmp_path, **changed))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    place = folder(tmp_path)
    (place / "queues.yaml").unlink()
    (place / "hours.yaml").write_bytes(b"\xff\xfe\x00")
    told = refused(place)
    assert "queues.yaml:1: cannot be read" in told
    assert "hours.yaml:1: cannot be read" in told


def test_a_flow_is_kept_with_its_hours_so_that_an_old_call_can_be_replayed(tmp_path: Path) -> None:
    before = load_dialplan(folder(tmp_path), known_prompts())
    plan = load_dialplan(folder(tmp_path, hours="special: => special: &days"), known_prompts())
    assert plan.flow.version != before.flow.version
    world = replace(plan.world(known_prompts()), calendars={"cruc": Calendar(((),) * 7)})
    again = parse_flow(before.source, world)
    assert again.version == before.flow.version
    assert again.calendars == before.calendars
    assert again.nodes == before.flow.nodes
