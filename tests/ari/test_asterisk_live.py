"""The real Asterisk as callers, telephones and strangers meet it."""

import asyncio
import base64
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest
import soundfile
from live_asterisk import AWA, KOFFI, OPERATOR, installation, plan_in, running, until
from sip_telephone import Telephone, alike, digest, register

from ivr.ari.asterisk.away import calls_while_away
from ivr.ari.asterisk.configure import write_accounts
from ivr.ari.asterisk.plan import SipAccount

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory):
    with running(plan_in(tmp_path_factory.mktemp("run"))) as process:
        yield process


@pytest.fixture
def spool(asterisk):
    for file in asterisk.plan.spool_dir.iterdir():
        file.unlink()
    return asterisk.plan.spool_dir


def ari(plan, path, *, method="GET", secret="secret-of-ari"):
    request = urllib.request.Request(f"{plan.ari_url}/{path}", method=method)
    if secret:
        key = base64.b64encode(f"cruc:{secret}".encode()).decode()
        request.add_header("Authorization", f"Basic {key}")
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, None


def test_it_boots_with_every_module_and_no_complaint(asterisk):
    assert f"Asterisk {installation().version}" in asyncio.run(asterisk.cli("core show version"))
    wanted = set(re.findall(r"(?m)^load = (\S+)", (asterisk.plan.etc / "modules.conf").read_text()))
    rows = asyncio.run(asterisk.cli("module show")).splitlines()
    assert wanted <= {row.split()[0] for row in rows if " Running " in row}
    said = (asterisk.plan.run_dir / "log/messages").read_text()
    assert not re.search("ERROR|WARNING", said), said


def test_ari_answers_to_the_secret_only(asterisk):
    assert ari(asterisk.plan, "asterisk/info")[0] == 200
    assert ari(asterisk.plan, "asterisk/info", secret="another-secret")[0] == 401
    assert ari(asterisk.plan, "asterisk/info", secret="")[0] == 401


def test_ari_may_not_reach_the_files(asterisk):
    status, said = ari(asterisk.plan, "asterisk/variable?variable=FILE(/etc/hostname)")
    assert status != 200 or not said["value"]


def test_while_the_application_is_away_the_caller_hears_the_message_and_is_kept(asterisk, spool):
    awa = Telephone(asterisk)
    status, _ = awa.invite()
    assert status == 200
    [kept] = calls_while_away(spool)  # before a word is heard
    assert (kept.caller, kept.dialled) == ("+22500000002", "1364")
    assert abs(kept.at - time.time()) < 10
    heard = awa.hear()
    expected, _ = soundfile.read(f"{asterisk.plan.fallback_sound}.wav")
    assert alike(heard, expected) > 0.9
    kept.forget()
    assert calls_while_away(spool) == []


def test_a_caller_who_hangs_up_at_once_is_kept_too(asterisk, spool):
    caller = Telephone(asterisk)
    caller.invite()
    assert caller.hang_up() == 200
    assert [call.caller for call in calls_while_away(spool)] == ["+22500000002"]


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("anonymous", ""),
        ("07%22%7D", "07"),
        ("%24%7BEPOCH%7D", ""),
        ("0700000003", "0700000003"),
        ("+22500000004", "+22500000004"),
    ],
)
def test_whatever_the_trunk_says_of_the_caller_only_digits_are_kept(asterisk, spool, claimed, kept):
    caller = Telephone(asterisk, number=claimed)
    caller.invite()
    caller.hang_up()
    [call] = calls_while_away(spool)
    assert call.caller == kept
    assert set(json.loads(call.file.read_text())) == {"caller", "dialled", "uniqueid", "epoch"}


def test_a_half_written_file_waits(tmp_path):
    (tmp_path / "1.json").write_text('{"caller":"","dialled":"1364","uniqueid":"1","epoch":1')
    (tmp_path / "2.json").write_text("not a call\n")
    assert calls_while_away(tmp_path) == []


@pytest.fixture
def admit(asterisk):
    def set_to(value):
        assert ari(asterisk.plan, f"asterisk/variable?variable=ADMIT&value={value}", method="POST")[0] == 204

    yield set_to
    set_to("")


def test_the_gate_refuses_without_answering(asterisk, spool, admit):
    admit("1")
    first, second = Telephone(asterisk), Telephone(asterisk)
    assert first.invite()[0] == 200
    assert second.invite()[0] == 503
    assert len(calls_while_away(spool)) == 1
    first.hang_up()
    until(lambda: Telephone(asterisk).invite()[0] == 200)


def test_an_empty_gate_is_no_gate(asterisk, admit):
    admit("0")
    assert Telephone(asterisk).invite()[0] == 503
    admit("")
    assert Telephone(asterisk).invite()[0] == 200


@pytest.mark.parametrize("number", ["1365", "0", "13640", "*43", "*11", "+22507000000"])
def test_a_trunk_reaches_1364_and_nothing_else(asterisk, number):
    assert Telephone(asterisk).invite(number)[0] == 404


def test_an_unknown_account_is_challenged_like_a_known_one(asterisk):
    challenges = []
    for name in ("awa", "nobody"):
        caller = Telephone(asterisk, "127.0.0.1", name)
        challenges.append(caller.invite()[1])
    bare = [re.sub(r'call-[\w-]+|tag=\S+|(nonce|opaque)="\w+"|:\d{4,5}\b|rport=\d+', "", text) for text in challenges]
    assert bare[0].startswith("SIP/2.0 401")
    assert bare[0].replace("awa", "nobody") == bare[1]


def test_a_wrong_secret_is_refused_like_an_unknown_account(asterisk):
    said = []
    for name in ("awa", "nobody"):
        caller = Telephone(asterisk, "127.0.0.1", name)
        challenge = caller.invite()[1]
        wrong = SipAccount(name, "another-secret", "agent")
        said.append(caller.invite(headers=[digest(wrong, "INVITE", "sip:1364@127.0.0.1", challenge)])[0])
    assert said == [401, 401]


def test_a_telephone_keeps_its_own_number_whatever_it_claims(asterisk, spool):
    caller = Telephone(asterisk, "127.0.0.1", "koffi")
    challenge = caller.invite()[1]
    claims = ["P-Asserted-Identity: <sip:+22500000099@127.0.0.1>", "Remote-Party-ID: <sip:+22500000099@127.0.0.1>"]
    proof = digest(KOFFI, "INVITE", "sip:1364@127.0.0.1", challenge)
    assert caller.invite(headers=[proof, *claims])[0] == 200
    caller.hang_up()
    assert [call.caller for call in calls_while_away(spool)] == [KOFFI.number]


def test_a_contact_elsewhere_is_refused(asterisk):
    assert register(asterisk, AWA, "sip:awa@127.0.0.1:9") == 200
    assert register(asterisk, AWA, "sip:awa@192.0.2.1") == 401
    assert "192.0.2.1" not in asyncio.run(asterisk.cli("pjsip show contacts"))


def test_a_telephone_that_vanished_is_noticed(asterisk):
    assert register(asterisk, AWA, "sip:awa@127.0.0.1:9") == 200  # and then says nothing more
    until(lambda: re.search(r"awa@127.0.0.1:.*Unavail", asyncio.run(asterisk.cli("pjsip show contacts"))), limit=8)


def test_the_agents_file_is_reloaded_alone_while_a_call_goes_on(asterisk):
    caller = Telephone(asterisk)
    assert caller.invite()[0] == 200
    mariam = SipAccount("mariam", "secret-of-mariam", "agent", "102")
    write_accounts(replace(asterisk.plan, accounts=(AWA, KOFFI, OPERATOR, mariam)))
    asyncio.run(asterisk.reload("res_pjsip.so"))
    until(lambda: "mariam" in asyncio.run(asterisk.cli("pjsip show endpoints")))
    assert caller.hang_up() == 200
