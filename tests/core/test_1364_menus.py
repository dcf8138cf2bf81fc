"""Every branch of the tree, its keys, and what happens to those who say nothing or nonsense."""

from __future__ import annotations

import pytest

from ivr.core.call import MOST_TYPED
from ivr.core.messages import DigitReceived
from ivr.core.verbs import Choice
from ivr.core.verbs.menu import Menu
from tests.personas import AWA
from tests.phone import dialplan, phone

TO_PIECES = {
    "211": "ATT-TRAVAIL", "212": "ATT-PRESENCE", "213": "ATT-PRESENCE-SOLDE", "214": "ATT-PRET",
    "221": "CAR-NOMINATION", "222": "CAR-TITULARISATION", "223": "CAR-AVANCEMENT", "224": "CAR-PROMOTION",
    "231": "POS-DETACHEMENT", "232": "POS-DISPONIBILITE", "233": "POS-MAD", "234": "POS-MUTATION",
    "241": "CONGE-MATERNITE", "242": "CONGE-ANNUEL", "25": "CAR-REDRESSEMENT",
    "31": "SOL-BULLETIN", "32": "SOL-1ER-MANDATEMENT", "341": "SOL-RAPPEL", "342": "SOL-PRIME", "35": "SOL-CONTROLE",
    "431": "CON-AFFECTATION", "432": "CON-1PS",
    "511": "FIN-RADIATION", "512": "FIN-PENSION", "513": "FIN-DECES",
    "521": "NUM-COMPTE", "522": "NUM-ACTE-INTROUVABLE", "523": "NUM-PAIEMENT",
}
TO_AGENT = {"215": "carriere", "225": "carriere", "235": "carriere", "33": "solde", "5312": "general", "5322": "general"}


@pytest.mark.parametrize(("keys", "category"), TO_PIECES.items())
def test_each_category_says_its_documents_then_offers_a_request(keys: str, category: str) -> None:
    call = phone().hear()
    for key in keys:
        call.press(key)
    call.hear()
    assert call.node == "suite"
    assert call.args("choix.pieces") == {"pieces": f"pieces.{category}"}
    assert call.last() == ["menu.suite"]
    assert call.hang_up().record.outcome == "INFO_DONNEE"
    assert call.record.category == category


@pytest.mark.parametrize(("keys", "queue"), TO_AGENT.items())
def test_what_no_menu_covers_goes_to_the_agents_of_that_matter(keys: str, queue: str) -> None:
    call = phone().hear()
    for key in keys:
        call.press(key)
    assert call.hear().queue.queue == queue


@pytest.mark.parametrize(("keys", "told"), [
    ("41", "info.calendrier_concours"), ("42", "info.resultats"), ("54", "info.horaires_adresses"),
])
def test_information_is_given_then_more_is_offered(keys: str, told: str) -> None:
    call = phone().press(keys[0]).press(keys[1]).hear()
    assert told in call.heard()
    assert call.node == "suite"
    assert call.hang_up().record.outcome == "INFO_DONNEE"


def test_a_suspended_salary_goes_before_the_others_of_its_queue() -> None:
    call = phone().press("3").press("3").hear()
    assert "info.salaire_suspendu" in call.heard()
    assert (call.queue.queue, call.queue.priority) == ("solde", 10)
    assert call.queue.facts["category"] == "SOL-SUSPENSION"


@pytest.mark.parametrize(("key", "queue"), [("1", "general"), ("2", "carriere"), ("3", "solde"), ("4", "concours")])
def test_zero_in_a_submenu_reaches_the_agents_of_its_matter(key: str, queue: str) -> None:
    assert phone().press(key).press("0").hear().queue.queue == queue


def test_zero_at_once_reaches_an_agent_after_the_notice() -> None:
    call = phone().interrupt("0").hear()
    assert call.heard()[:2] == ["accueil.bienvenue", "accueil.numero_gratuit"]
    assert "accueil.notice_courte" in call.heard()
    assert call.queue.queue == "general"


def menus() -> list[str]:
    return [name for name, node in dialplan().flow.nodes.items() if isinstance(node, Menu)]


def to_menu(name: str) -> list[str]:
    """The keys that lead to a menu, found by walking the flow's choices and plain ways."""
    flow = dialplan().flow
    ways: dict[str, list[str]] = {flow.start_menu: []}
    todo = [flow.start_menu]
    while todo:
        here = todo.pop(0)
        node = flow.nodes[here]
        steps = node.choices if isinstance(node, Menu) else [("", Choice(target)) for _, target in node.exits()]
        for key, choice in steps:
            if choice.next not in ways and key != "#":
                ways[choice.next] = [*ways[here], *key]
                todo.append(choice.next)
    return ways[name]


SUBMENUS = ["carriere", "attestations", "actes", "positions", "conges", "solde", "rappels_primes", "concours", "affectation",
            "autres", "retraite", "espace", "reclamation", "message_ou_agent", "suite", "suivi", "droits"]


@pytest.mark.parametrize("name", ["principal", *SUBMENUS])
def test_every_menu_repeats_at_star_and_answers_silence_and_nonsense(name: str) -> None:
    call = phone().hear()
    for key in to_menu(name):
        call.press(key)
    call.hear()
    assert call.node == name
    said = [prompt for prompts in (dialplan().flow.nodes[name].prompts,) for prompt in prompts]  # type: ignore[attr-defined]
    before = len(call.heard())
    call.press("*").hear()
    assert call.node == name
    assert call.heard()[before:][: len(said)] == [prompt.id for prompt in said]
    family = dialplan().flow.nodes[name].errors  # type: ignore[attr-defined]
    call.silence()
    assert f"{family}.silence_1" in call.heard()
    call.press("8").hear()
    assert f"{family}.incompris_1" in call.heard()
    call.silence()
    assert f"{family}.silence_3" in call.heard()
    assert call.queue.queue in {"general", "carriere", "solde", "concours"}


@pytest.mark.parametrize("name", [name for name in SUBMENUS if name != "droits"])
def test_hash_goes_back_to_the_menu_before(name: str) -> None:
    keys = to_menu(name)
    call = phone().hear()
    for key in keys:
        call.press(key)
    call.press("#").hear()
    assert call.node in menus()
    assert call.node != name


def test_hash_in_the_main_menu_stays_there() -> None:
    call = phone().press("#").hear()
    assert call.node == "principal"
    assert call.press("2").press("#").press("#").hear().node == "principal"


def test_hash_climbs_one_menu_at_a_time() -> None:
    call = phone().press("2").press("1").press("1").hear()
    assert [call.press("#").hear().node for _ in range(4)] == ["attestations", "carriere", "principal", "principal"]


def test_silence_all_the_way_ends_in_the_queue_and_counts_as_abandoned_there() -> None:
    call = phone().silence(3).hear()
    assert call.heard().count("principal.silence_1") == 1
    assert call.last(2) == ["essais.agent", "file.mise_en_attente"]
    assert call.hang_up().record.outcome == "ABANDON_FILE"


def test_silence_before_the_third_try_is_a_mute_call() -> None:
    assert phone().silence().hang_up().record.outcome == "MUET"


def test_nonsense_all_the_way_is_tapered_then_an_agent_answers() -> None:
    call = phone().press("7").press("8").press("6").hear()
    told = [name for name in call.heard() if name.startswith("principal.incompris")]
    assert told == ["principal.incompris_1", "principal.incompris_2", "principal.incompris_3"]
    assert call.agent_answers(AWA).hang_up().record.outcome == "TRANSFERE"


def test_keys_typed_ahead_cross_three_menus_without_a_word() -> None:
    call = phone().interrupt("211").hear()
    assert call.node == "suite"
    assert [name for name in call.heard() if name.startswith(("principal", "carriere", "categorie"))] == []


def test_the_notice_is_heard_even_by_those_who_type_ahead() -> None:
    call = phone().interrupt("2").hear()
    assert call.heard()[2:4] == ["accueil.notice_courte", "accueil.droits"]
    assert call.hang_up().record.notice == "2026-11"


def test_a_key_interrupts_the_prompt_at_once() -> None:
    call = phone().hear().press("2")
    playing = call.playing
    assert playing
    call.interrupt("3")
    assert playing.ref not in call.live
    assert call.node == "positions"


def test_information_skipped_by_typing_ahead_was_not_given() -> None:
    assert phone().interrupt("3110").hear().hang_up().record.goals == ()


def test_a_hundred_keys_typed_ahead_are_not_all_kept() -> None:
    call = phone().interrupt("2")
    for _ in range(100):
        call.event(DigitReceived(call.now, "7"))
    assert len(call.call.typed) == MOST_TYPED
    call.hang_up()


def test_after_a_key_that_is_no_choice_the_keys_typed_behind_it_are_forgotten() -> None:
    call = phone().interrupt("83").hear()
    assert call.node == "principal"
    assert "principal.incompris_1" in call.heard()
