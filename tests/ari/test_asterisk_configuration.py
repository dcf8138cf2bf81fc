"""What the templates make of a plan, without starting anything."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.ari.asterisk.configure import AGENTS, render, template_names, write_accounts, write_configuration
from ivr.ari.asterisk.installation import Installation
from ivr.ari.asterisk.plan import AsteriskPlan, SipAccount, kept_secret

AWA = SipAccount("awa", "secret-of-awa", "agent", "101")
KOFFI = SipAccount("koffi", "secret-of-koffi", "caller", "+22500000001")
OPERATOR = SipAccount("operateur", "", "trunk", peers=("192.0.2.10", "192.0.2.16/28"))


@pytest.fixture
def installation(tmp_path):
    root = tmp_path / "root"
    return Installation(root, "22.10.1", root / "usr/sbin/asterisk", (), root / "modules", root / "data")


@pytest.fixture
def plan(tmp_path):
    return AsteriskPlan(
        run_dir=tmp_path / "run", http_port=18088, sip_port=15060, rtp_first=20000, rtp_last=20998, media_port=18765,
        ari_secret="secret-of-ari", fallback_sound=tmp_path / "away", spool_dir=tmp_path / "spool",
        accounts=(AWA, KOFFI, OPERATOR),
    )  # fmt: skip


def sections(text):
    """{(name, type): {option: [values]}} of a pjsip file, templates left aside."""
    found, current = {}, {}
    for line in text.splitlines():
        if head := re.match(r"\[([\w-]+)\](\(.*\))?$", line):
            current = found.setdefault((head[1], head[2] or ""), {})
        elif option := re.match(r"([\w-]+) = (.*)$", line):
            current.setdefault(option[1], []).append(option[2])
    return found


def test_every_template_renders_without_a_hole(installation, plan):
    for name in template_names():
        text = render(name, installation, plan)
        assert "{{" not in text
        assert "None" not in text, name


def test_the_dangerous_doors_are_shut(installation, plan):
    assert "live_dangerously = no" in render("asterisk.conf", installation, plan)
    assert "enabled = no" in render("manager.conf", installation, plan)
    assert "bindaddr = 127.0.0.1" in render("http.conf", installation, plan)
    assert "strictrtp = yes" in render("rtp.conf", installation, plan)
    modules = render("modules.conf", installation, plan)
    assert "autoload = no" in modules
    for door in ("anonymous", "app_system", "func_shell", "app_dial", "app_originate", "res_agi"):
        assert door not in modules


def test_a_trunk_is_known_by_its_peers_and_only_them(installation, plan):
    said = sections(render("pjsip.conf", installation, plan))
    assert said["operateur", ""]["match"] == ["192.0.2.10,192.0.2.16/28"]
    assert said["addresses", ""]["deny"] == ["0.0.0.0/0.0.0.0", "::/0"]
    assert said["addresses", ""]["permit"] == ["127.0.0.0/8", "192.0.2.10", "192.0.2.16/28"]
    assert said["telephone", "(!,any)"]["contact_permit"] == ["127.0.0.0/8"]


@pytest.mark.parametrize(
    ("given", "contact"),
    [
        ({"peers": ("192.0.2.16/28", "192.0.2.10")}, ["sip:192.0.2.10"]),
        ({"peers": ("2001:db8::1",)}, ["sip:[2001:db8::1]"]),
        ({"peers": ("192.0.2.16/28",), "contact": "192.0.2.17:5080"}, ["sip:192.0.2.17:5080"]),
        ({"peers": ("192.0.2.16/28",)}, None),
    ],
)
def test_calls_go_out_through_a_trunk_to_its_contact_or_its_first_address(installation, plan, given, contact):
    plan = replace(plan, accounts=(AWA, SipAccount("operateur", "", "trunk", **given)))
    said = sections(render("pjsip.conf", installation, plan))["operateur", ""]
    assert said.get("contact") == contact
    assert plan.trunk == ("operateur" if contact else "")


def test_what_an_agent_dials_reaches_colleagues_and_the_centre_and_nobody_outside(installation, plan):
    dialplan = render("extensions.conf", installation, plan)
    agents = dialplan.partition("[from-agent]")[2].partition("[colleague]")[0]
    dialled = re.findall(r"(?m)^exten => (\S+?),", agents)
    assert dialled == ["_*1[0-3]", "_XX", "_XXX", "_XXXX", "_XXXXX", "_XXXXXX", "*43", "1364"]
    assert "Dial(" not in dialplan


def test_agents_live_in_their_own_file(installation, plan):
    assert "awa" not in render("pjsip.conf", installation, plan)
    agents = render(AGENTS, installation, plan)
    assert "secret-of-awa" in agents
    assert "koffi" not in agents


def test_writing_replaces_the_old_configuration_and_hides_it_from_others(installation, plan):
    write_configuration(installation, plan)
    (plan.etc / "extensions_old.conf").write_text("")
    write_configuration(installation, plan)
    names = {path.name for path in plan.etc.iterdir()}
    assert {"pjsip.conf", "ari.conf", AGENTS} <= names
    assert "extensions_old.conf" not in names
    assert not [name for name in names if name.endswith(".new")]
    assert all(path.stat().st_mode & 0o077 == 0 for path in plan.etc.iterdir())


def test_accounts_are_rewritten_alone(installation, plan):
    write_configuration(installation, plan)
    before = {path.name: path.stat().st_ino for path in plan.etc.iterdir()}
    write_accounts(replace(plan, accounts=(*plan.accounts, SipAccount("mariam", "secret-of-mariam", "agent", "102"))))
    after = {path.name: path.stat().st_ino for path in plan.etc.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {AGENTS}
    assert "[mariam](agent)" in (plan.etc / AGENTS).read_text()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: SipAccount("a b", "secret-secret", "agent"), "account id 'a b'"),
        (lambda: SipAccount("awa", "x;y\n[evil]", "agent"), "secret of account awa"),
        (lambda: SipAccount("operateur", "", "trunk"), "no peer address"),
        (lambda: SipAccount("operateur", "", "trunk", peers=("0.0.0.0/0",)), "every address"),
        (lambda: SipAccount("awa", "secret-of-awa", "agent", "101,evil"), "number of account awa"),
        (lambda: SipAccount("operateur", "", "trunk", peers=("192.0.2.1",), contact="x;y"), "contact of trunk operateur"),
    ],
)
def test_an_account_that_could_break_the_configuration_is_refused(wrong, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        wrong()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"accounts": (AWA, AWA)}, "Two SIP accounts are called awa"),
        ({"fallback_sound": Path("/sounds/${evil}")}, "path"),
        ({"spool_dir": Path("/spool,a")}, "path"),
        ({"rtp_last": 19000}, "no range"),
        ({"ari_secret": "short"}, "ARI secret"),
        ({"numbers": ("1364,1",)}, "dialled number"),
    ],
)
def test_a_plan_that_could_break_the_configuration_is_refused(plan, change, said):
    with pytest.raises(ValueError, match=said):
        replace(plan, **change)


def test_secrets_are_neither_shown_nor_repeated(plan):
    assert "secret-of" not in repr(plan)
    with pytest.raises(ValueError) as refusal:
        SipAccount("awa", "bad secret!", "agent")
    assert "bad secret" not in str(refusal.value)


def test_a_kept_secret_is_made_once_for_its_owner(tmp_path):
    first = kept_secret(tmp_path / "ari.secret")
    assert len(first) >= 32
    assert kept_secret(tmp_path / "ari.secret") == first
    assert (tmp_path / "ari.secret").stat().st_mode & 0o777 == 0o600
