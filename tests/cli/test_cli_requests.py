"""What the staff does with requests on the command line, on a real store: every act, every refusal, and nothing seen that
is not theirs to see."""

import json
import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from ivr.cli.requests_commands import COMMANDS
from ivr.cli.requests_desk import reference_of
from ivr.config import ROOT
from ivr.core.lifecycle import ACTS, Actor
from ivr.site import store_rules
from storage import Refused, Rules
from tests.postgres_server import server
from tests.small_world import dialplan

AWA, KOFFI = "000123X", "000123Z"
AGENT = Actor("aya", "agent")
INSPECTION = ("--walled", "--why", "instruction du signalement")


@pytest.fixture
def registered(registered_on, store):
    """Register at the desk of an agent in the filled store; the new reference."""
    return registered_on


@pytest.fixture
def registered_on(cruc):
    def run(category="CAR-AVANCEMENT", *words, matricule=AWA):
        made = cruc("requests", "register", "--category", category, "--matricule", matricule, "--json", *words)
        assert made.exit_code == 0, made.output
        return json.loads(made.stdout)["reference"]
    return run


@pytest.fixture
def act(cruc):
    """Do an act that must succeed; what it said."""
    def run(name, *words):
        result = cruc("requests", name, *words)
        assert result.exit_code == 0, result.output
        return result.stdout
    return run


@pytest.fixture
def told(cruc):
    """A request as a program reads it."""
    def run(reference, *words):
        return json.loads(cruc("requests", "show", reference, "--json", *words).stdout)
    return run


# -------------------------------------------------------------------------------------------------------- registering
def test_a_registered_request_is_told_with_code_day_direction_and_documents(cruc, store):
    words = ("--category", "ATT-PRET", "--matricule", "000 123x", "--note", "pour la banque")
    said = cruc("requests", "register", *words).stdout
    year = datetime.now(UTC).year
    assert f"REQ-{year}-000005" in said
    assert "3 jours ouvrés" in said
    assert "DGAPCE · Direction de la Gestion" in said
    assert "- matricule\n              - banque\n" in said
    shown = cruc("requests", "show", "5").stdout
    assert "pour la banque" in shown
    assert "000123X" not in shown


def test_a_category_is_found_by_words_of_its_label(registered, told):
    assert told(registered("pret bancaire"))["category"] == "ATT-PRET"


@pytest.mark.parametrize(("category", "said"), [
    ("attestation", "désigne plusieurs catégories : dites ATT-TRAVAIL (Attestation de travail), ATT-PRESENCE"),
    ("ATT", "ATT est une famille de catégories : dites laquelle, ATT-TRAVAIL (Attestation de travail)"),
    ("fusée", "« fusée » n'est pas une catégorie : dites ATT-TRAVAIL"),
    ("", "La catégorie manque"),
])
def test_a_category_that_is_not_one_is_refused_with_those_that_may_be_meant(refused, store, category, said):
    assert said in refused("requests", "register", "--category", category, "--matricule", AWA)


@pytest.mark.parametrize(("words", "field"), [
    (("--matricule", "12345"), "matricule"),
    (("--phone", "0899999999"), "téléphone"),
    (("--phone", "07 00"), "téléphone"),
    (("--name", "Awa", "--birth", "1980-13-01"), "date de naissance"),
    (("--name", "Awa", "--birth", "31/02/1990"), "date de naissance"),
    (("--name", "Awa", "--channel", "pigeon"), "canal"),
    (("--name", "Awa", "--exam-number", "!"), "numéro de composition"),
    (("--name", "A" * 300), "nom"),
    (("--name", "Awa", "--note", "x" * 1_000_000), "note"),
    (("--name", "Awa\x1b[2J"), "signes de commande"),
    (("--name", "Awa\udcff"), "signes de commande"),
    ((), "requérant"),
    (("--name", "Awa", "--parent", "REQ-2020-000001"), "REQ-2020-000001 n'existe pas"),
    (("--name", "Awa", "--duplicate-of", "777"), "000777 n'existe pas"),
    (("--name", "Awa", "--parent", "sept"), "« sept » n'est pas une référence"),
])
def test_a_bad_field_is_refused_by_its_name_and_nothing_is_written(refused, cruc, store, words, field):
    said = refused("requests", "register", "--category", "CAR-AVANCEMENT", *words)
    assert field in said.lower() or field in said
    assert len(said) < 400
    assert len(cruc("requests", "list", "--json").stdout.splitlines()) == 4


def test_the_same_key_registers_once(registered):
    assert registered("CAR-AVANCEMENT", "--key", "a1") == registered("CAR-AVANCEMENT", "--key", "a1", "--anyway")


def test_a_double_is_shown_and_must_be_decided(refused, registered, told):
    first = registered()
    said = refused("requests", "register", "--category", "CAR-AVANCEMENT", "--matricule", AWA)
    assert f"a déjà la requête {first} (Avancement d'échelon)" in said
    assert f"--duplicate-of {first}" in said
    assert "--anyway" in said
    linked = registered("CAR-AVANCEMENT", "--duplicate-of", first)
    apart = registered("CAR-AVANCEMENT", "--anyway")
    assert (told(linked)["status"], told(linked)["parent"]) == ("merged", first)
    assert told(apart)["status"] == "registered"
    assert told(first)["duplicates"] == [linked]


def test_one_registered_apart_tells_of_the_other(cruc, registered):
    first = registered()
    words = ("--category", "CAR-AVANCEMENT", "--matricule", AWA, "--anyway")
    assert f"À voir aussi  {first}" in cruc("requests", "register", *words).stdout


def test_another_persons_request_is_no_double(registered):
    assert registered() != registered(matricule=KOFFI)


def test_where_it_comes_from_follows_the_desk(registered, told):
    assert told(registered())["channel"] == "phone"
    assert told(registered("CAR-NOTATION", "--role", "counter"))["channel"] == "counter"
    assert told(registered("CAR-PROMOTION", "--channel", "mail"))["channel"] == "mail"


def typed(home, *lines, words=("requests", "register")):
    """Run a command whose keyboard is a terminal, and type these lines."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen([sys.executable, "-m", "ivr", *words], cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    os.close(theirs)
    os.write(ours, "".join(f"{line}\n" for line in lines).encode())
    said, _ = running.communicate(timeout=60)
    os.close(ours)
    return running.returncode, said


@pytest.mark.slow
def test_on_a_terminal_what_is_missing_is_asked_for(store, home, told):
    code, said = typed(home, "fusée", "avancement", AWA, "Koné Awa", "", "24/12/1980", "échelon 3")
    assert code == 0, said
    assert "n'est pas une catégorie" in said
    assert said.count("Catégorie (code ou mot)") == 2
    shown = told("5", "--clear", "--why", "essai")
    assert (shown["category"], shown["matricule"], shown["name"]) == ("CAR-AVANCEMENT", AWA, "Koné Awa")
    assert (shown["phone"], shown["note"]) == (None, "échelon 3")


@pytest.mark.slow
def test_on_a_terminal_a_double_is_offered_to_be_linked(registered, home, told):
    first = registered()
    code, said = typed(home, "y", words=("requests", "register", "--category", "CAR-AVANCEMENT", "--matricule", AWA))
    assert code == 0, said
    assert f"Doublon de    {first}" in said
    assert len(told(first)["duplicates"]) == 1


# --------------------------------------------------------------------------------------------------------------- acts
def test_every_act_of_the_staff_has_a_command():
    of_staff = {name for name, rule in ACTS.items() if {"agent", "counter", "supervisor", "department"} & set(rule.who)}
    assert {command.act for command in COMMANDS.values()} == of_staff


def test_the_life_of_a_request_from_its_registration_to_its_end(registered, act, told):
    one = registered()
    at_work = ("--role", "department", "--direction", "DGAPCE")
    assert act("acknowledge", one).startswith(f"{one} : Prise en charge")
    assert "à DGAPCE (Koffi)" in act("assign", one, "--assignee", "Koffi")
    assert "En traitement" in act("start", one, *at_work)
    assert "En attente de vos pièces" in act("wait-documents", one, "--for", "notation", *at_work)
    assert told(one)["waits_for"] == "notation"
    assert "En traitement" in act("complete", one)
    assert "autre service" in act("wait-service", one, "--for", "Solde", *at_work)
    assert "En traitement" in act("service-answered", one, *at_work)
    assert "Résolue (acte_delivre)" in act("resolve", one, "--motif", "acte_delivre", *at_work)
    assert told(one)["answer"].startswith("Votre acte est signé.")
    assert "En traitement" in act("reopen", one, "--why", "erreur de date")
    act("resolve", one, "--motif", "acte_corrige", "--answer", "La date est corrigée.")
    assert "Clôturée" in act("close", one)
    shown = told(one)
    assert (shown["answer"], shown["reopened"], shown["possible"]) == ("La date est corrigée.", 1, ["reopen"])
    assert len(shown["history"]) == 12


def test_a_request_follows_the_circuit_of_its_category(registered, act, refused):
    one = registered("SOL-1ER-MANDATEMENT")
    assert "à DGAPCE" in act("assign", one)
    assert "à Solde" in act("assign", one)
    assert "dites la direction" in refused("requests", "assign", one)
    assert "à CGRAE" in act("assign", one, "--to", "cgrae")
    assert "à Solde" in act("assign", one, "--to", "solde")


def test_what_is_answered_on_the_spot_is_settled(registered, act, told):
    one = registered("INF-GENERALE")
    assert "Clôturée" in act("settle", one, "--why", "horaires donnés")
    assert told(one)["history"][-1]["why"] == "horaires donnés"


def test_a_supervisor_rejects_and_readmits(registered, act, refused, told):
    one = registered()
    words = ("--why", "autre ministère", "--channel", "DRH de la Santé", "--yes")
    assert "Un superviseur peut déclarer irrecevable" in refused("requests", "reject", one, *words)
    assert "Irrecevable" in act("reject", one, *words, "--role", "supervisor")
    assert told(one)["answer"] == "DRH de la Santé"
    assert "Prise en charge" in act("readmit", one, "--role", "supervisor", "--why", "erreur")


def test_a_duplicate_is_linked_hears_the_answer_and_is_detached(registered, act, told):
    first, second = registered(), registered("CAR-AVANCEMENT", "--anyway")
    assert f"Doublon de {first}" in act("link", second, "--to", first, "--yes")
    act("acknowledge", first)
    act("resolve", first, "--motif", "acte_delivre")
    assert told(second)["answer"].startswith("Votre acte")
    assert "Prise en charge" in act("unlink", second, "--why", "autre année", "--yes")
    assert told(second)["parent"] is None


@pytest.mark.parametrize(("name", "words"), [
    ("reject", ("--role", "supervisor", "--why", "x", "--channel", "y")), ("cancel", ("--why", "x")),
    ("link", ("--to", "1")), ("unlink", ("--why", "x")),
])
def test_what_ends_or_joins_requests_is_asked_back(cruc, registered, told, name, words):
    one = registered()
    result = cruc("requests", name, one, *words)
    assert result.exit_code == 1
    assert one in result.output
    assert told(one)["status"] == "registered"


def test_a_cancelled_request_says_why(registered, act, told):
    one = registered()
    assert "Annulée" in act("cancel", one, "--why", "demande retirée", "--yes")
    assert told(one)["history"][-1]["why"] == "demande retirée"


@pytest.mark.parametrize(("name", "words", "said"), [
    ("start", (), "est « Enregistrée » : impossible de la mettre en traitement. Vous pouvez la prendre en charge"),
    ("close", (), "impossible de la clore"),
    ("reopen", ("--why", "x"), "impossible de la rouvrir"),
    ("unlink", ("--why", "x", "--yes"), "impossible de la détacher"),
    ("settle", (), "dites le motif"),
    ("wait-documents", (), "dites ce qui est attendu"),
    ("cancel", ("--yes",), "dites le motif"),
    ("link", ("--yes",), "dites la requête d'origine"),
    ("assign", ("--to", "NASA"), "La direction « NASA » n'existe pas : dites CRUC, DGFP"),
    ("acknowledge", ("--role", "roi"), "Le rôle « roi » n'existe pas : dites agent"),
    ("acknowledge", ("--role", "department"), "dites laquelle avec --direction"),
    ("acknowledge", ("--role", "department", "--direction", "DSI"), "pas vous"),
    ("assign", ("--role", "department", "--direction", "DSI"), "votre direction ne peut pas y toucher"),
    ("acknowledge", ("--by", "a" * 99), "80 signes"),
    ("acknowledge", ("--by", "aya\x1b[2J"), "tous lisibles"),
    ("cancel", ("--yes", "--why", "x" * 1_000_000), "4000 au plus"),
    ("cancel", ("--yes", "--why", "a\x07"), "signes de commande"),
    ("wait-documents", ("--for", "a\udcff"), "signes de commande"),
    ("show", ("--clear", "--why", "\x9b"), "signes de commande"),
    ("show", ("--clear", "--why", "x" * 1_000_000), "4000 au plus"),
    ("remark", ("a\x00b",), "signes de commande"),
])
def test_what_is_not_possible_is_said_in_french_and_changes_nothing(refused, registered, told, name, words, said):  # noqa: PLR0917 - three are fixtures
    one = registered()
    before = told(one)
    assert said in refused("requests", name, one, *words)
    assert told(one) == before


def test_resolving_without_a_motif_names_those_of_the_category(refused, registered, act):
    one = registered("QUA-SUGGESTION")
    act("acknowledge", one)
    known = "suggestion_transmise (Suggestion transmise), deja_traite (Déjà traité)."
    assert refused("requests", "resolve", one).endswith(f"dites avec --motif {known}")
    said = refused("requests", "resolve", one, "--motif", "acte_delivre")
    assert said == f"« acte_delivre » n'est pas un motif de clôture de QUA-SUGGESTION : dites avec --motif {known}"


def test_several_are_done_one_after_the_other_and_failures_do_not_stop_the_rest(cruc, registered, told):
    first, second, third = registered(), registered("CAR-NOTATION"), registered("CAR-PROMOTION")
    cruc("requests", "cancel", second, "--why", "retirée", "--yes")
    result = cruc("requests", "acknowledge", first, second, third, first)
    assert result.exit_code == 1
    assert [line.partition(" ")[0] for line in result.stdout.splitlines()] == [first, third]
    assert f"La requête {second} est « Annulée »" in result.stderr
    again = cruc("requests", "acknowledge", first, second, third)
    assert again.exit_code == 2
    assert len(again.stderr.splitlines()) == 3


def test_an_act_as_json_is_the_request_after_it(registered, act):
    row = json.loads(act("acknowledge", registered("CAR-AVANCEMENT", "--note", "Koné Awa"), "--json", "--by", "aya"))
    assert (row["status"], set(row["code"])) == ("acknowledged", {"•"})
    assert "note" not in row


@pytest.mark.slow
def test_the_same_act_at_the_same_moment_is_done_once(registered, told):
    one = registered()
    ends = at_the_same_moment("acknowledge", one)
    assert [code for code, _ in ends] == [0, 2, 2]
    assert all("Prise en charge" in said for code, said in ends if code)
    assert [line["what"] for line in told(one)["history"]] == ["enregistrement", "prise en charge"]


@pytest.mark.postgres
def test_the_desk_works_on_postgresql_as_on_sqlite(home, cruc, refused, monkeypatch, registered_on):
    with server() as postgres:
        monkeypatch.setenv("CRUC_STORE", postgres.fresh())
        one = registered_on("ATT-PRET")
        assert "a déjà la requête" in refused("requests", "register", "--category", "ATT-PRET", "--matricule", AWA)
        assert [code for code, _ in at_the_same_moment("acknowledge", one)] == [0, 2, 2]
        for name, words in (("assign", ()), ("wait-documents", ("--for", "banque")), ("complete", ()),
                            ("resolve", ("--motif", "acte_delivre")), ("close", ())):
            assert cruc("requests", name, one, *words).exit_code == 0
        shown = json.loads(cruc("requests", "show", one, "--json").stdout)
        assert (shown["status"], len(shown["history"])) == ("closed", 7)
        assert cruc("requests", "due", "--within", "9").stdout == "(rien)\n"


def at_the_same_moment(name, reference):
    """(exit code, what was said) of three processes that do the same, best first."""
    command = [sys.executable, "-m", "ivr", "requests", name, reference]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for _ in range(3)]
    return sorted((each.wait(60), each.communicate()[1]) for each in running)


def test_a_remark_is_kept_and_changes_nothing(cruc, registered, act, refused, told):
    one = registered()
    act("remark", one, "rappelée, viendra demain", "--by", "aya")
    line = told(one)["history"][-1]
    assert (line["why"], line["who"], line["status_to"]) == ("rappelée, viendra demain", "aya", "registered")
    assert "vide" in refused("requests", "remark", one, "  ")
    assert "4000 au plus" in refused("requests", "remark", one, "x" * 1_000_000)
    assert "n'est pas chez votre direction" in refused(
        "requests", "remark", one, "bonjour", "--role", "department", "--direction", "DSI")


# ----------------------------------------------------------------------------------------------------------- references
def test_a_reference_may_be_typed_short():
    year = datetime.now(UTC).year
    assert reference_of("123") == f"REQ-{year}-000123"
    for text in ("REQ-2026-000123", "req-2026-123", " 2026-123 ", "2026000123", "REQ 2026 123"):
        assert reference_of(text) == "REQ-2026-000123"


@pytest.mark.parametrize("text", ["", "REQ", "12345678", "REQ-26-1", "1; drop table", "１２x", "\x1b[2J", "9" * 10_000])
def test_what_is_no_reference_is_refused(text):
    with pytest.raises(Refused, match="n'est pas une référence : écrivez REQ-2026-000123"):
        reference_of(text)


def test_an_unknown_request_is_told(refused, store):
    words = ("show", "acknowledge", "remark")
    for name, more in zip(words, ((), (), ("x",)), strict=True):
        assert refused("requests", name, "REQ-2020-000001", *more) == (
            "La requête REQ-2020-000001 n'existe pas : vérifiez sa référence.")


# -------------------------------------------------------------------------------------------------------------- looking
def test_a_request_is_shown_with_what_may_be_done_next(cruc, registered, act):
    one = registered("CAR-AVANCEMENT", "--name", "Koné Awa", "--phone", "0700000001")
    act("assign", one)
    said = cruc("requests", "show", one).stdout
    assert "CAR-AVANCEMENT · Avancement d'échelon" in said
    assert "dans 60 j, 60 jours, délai illustratif" in said
    assert "Vous pouvez : assign, start, wait-documents, wait-service, resolve, cancel, link." in said
    assert "reject" in cruc("requests", "show", one, "--role", "supervisor").stdout
    for hidden in (AWA, "Koné", "0700000001"):
        assert hidden not in said


def test_who_it_is_is_shown_for_a_reason_and_logged(cruc, registered, refused, store):
    one = registered("CAR-AVANCEMENT", "--name", "Koné Awa", "--phone", "0700000001")
    assert "dites pourquoi avec --why" in refused("requests", "show", one, "--clear")
    said = cruc("requests", "show", one, "--clear", "--why", "appel du requérant", "--by", "aya").stdout
    for clear in (AWA, "Koné Awa", "0700000001"):
        assert clear in said
    last = store(lambda kept: kept.accesses(subject=one))[0]
    assert (last.who, last.role, last.act, last.why) == ("aya", "agent", "read", "appel du requérant")


def test_a_denunciation_is_not_there_for_who_does_not_ask_for_it(cruc, store, refused):
    made = json.loads(cruc("requests", "register", "--category", "QUA-DENONCIATION", "--note", "faits", "--json").stdout)
    one, none = made["reference"], "REQ-2020-000001"
    other = json.loads(cruc("requests", "register", "--category", "CAR-NOTATION", "--matricule", AWA, "--json").stdout)
    assert made["same"] is None
    for name, *more in (["show"], ["acknowledge"], ["remark", "bonjour"], ["cancel", "--yes", "--why", "x"]):
        words = [more.pop(0)] if name == "remark" else []
        assert refused("requests", name, none, *words, *more).replace(none, one) == refused(
            "requests", name, one, *words, *more)
    assert refused("requests", "link", other["reference"], "--to", one, "--yes") == (
        f"La requête {one} n'existe pas : vérifiez sa référence.")
    assert one not in cruc("requests", "list").stdout
    assert one not in cruc("requests", "due", "--within", "365").stdout


def test_a_denunciation_is_opened_with_a_reason_that_is_logged(cruc, store, refused, act):
    made = json.loads(cruc("requests", "register", "--category", "QUA-DENONCIATION", "--note", "faits", "--json").stdout)
    one = made["reference"]
    assert "dites-la avec --why" in refused("requests", "show", one, "--walled")
    assert "accès restreint" in cruc("requests", "show", one, *INSPECTION).stdout
    assert "à IG" in act("assign", one, *INSPECTION)
    assert one in cruc("requests", "due", "--within", "365", *INSPECTION).stdout
    logged = store(lambda kept: kept.accesses(subject=one))
    assert [line.act for line in logged].count("walled") == 3
    assert {line.why for line in logged} == {INSPECTION[2]}


def test_a_second_denunciation_tells_nobody_of_the_first(cruc, store):
    words = ("requests", "register", "--category", "QUA-DENONCIATION", "--matricule", AWA, "--note", "faits", "--json")
    first, second = (json.loads(cruc(*words).stdout) for _ in range(2))
    assert first["reference"] != second["reference"]
    assert (first["same"], second["same"]) == (None, None)


def test_hostile_words_steer_no_terminal(cruc, registered, refused):
    one = registered("CAR-AVANCEMENT", "--name", "=HYPERLINK(0)", "--note", "a\u202eb\nd")
    said = cruc("requests", "show", one, "--clear", "--why", "essai").stdout
    assert "=HYPERLINK(0)" in said
    assert "a·b\n              d" in said
    assert "\u202e" not in said
    assert "\x1b" not in refused("requests", "assign", one, "--to", "\x1b[2J")
    assert "\x1b" not in refused("requests", "resolve", one, "--motif", "\x1b[2J")


# ------------------------------------------------------------------------------------------------------------- what is due
@pytest.fixture
def asked_long_ago(store):
    """Three that Awa asked for days ago: late by days, due today, and waiting for her documents."""
    now = time.time()

    async def fill(kept):
        kept.rules = Rules(**{**_rules(), "delays": dict.fromkeys(dialplan().categories, (10, "jours"))})
        made = []
        for days, category in ((14, "CAR-AVANCEMENT"), (10, "CAR-PROMOTION"), (20, "CAR-NOTATION"), (2, "SOL-PRIME")):
            at = now - days * 86_400
            row = await kept.register_for(AGENT, {"category": category, "matricule": AWA}, at)
            made.append(row["reference"])
        return made
    return store(fill)


def _rules():
    rules = store_rules(dialplan())
    return {name: getattr(rules, name) for name in Rules.__dataclass_fields__}


def test_what_is_due_is_told_by_direction_and_what_waits_for_documents_is_not_late(cruc, asked_long_ago, act):
    late, today, paused, later = asked_long_ago
    act("wait-documents", paused, "--for", "notation")
    act("assign", late, "--to", "DGAPCE")
    said = cruc("requests", "due").stdout
    assert "1 en retard, 1 aujourd'hui, 0 bientôt." in said
    assert "en retard de 4 j" in said
    assert paused not in said
    assert later in cruc("requests", "due", "--within", "8").stdout
    rows = [json.loads(line) for line in cruc("requests", "due", "--json", "--direction", "dgapce").stdout.splitlines()]
    assert [(row["reference"], row["days_left"]) for row in rows] == [(late, -4)]
    assert today in cruc("requests", "due", "--within", "0").stdout


def test_what_is_due_is_told_to_the_last_page(cruc, asked_long_ago, monkeypatch):
    monkeypatch.setattr("ivr.cli.requests.PAGE", 1)
    said = cruc("requests", "due", "--within", "365").stdout
    assert [one for one in asked_long_ago if one not in said] == []


def test_nothing_due_is_nothing_told(cruc, store):
    assert cruc("requests", "due", "--direction", "ENA").stdout == "(rien)\n"
