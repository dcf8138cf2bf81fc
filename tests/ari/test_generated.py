"""The generated module: consistent in itself, and the same as Asterisk's description gives where there is one."""

import inspect
import typing
from pathlib import Path

import msgspec
import pytest

from ivr.ari import generated
from ivr.ari.generate import generate

HERE = Path(generated.__file__)
DESCRIPTION = Path(__file__).parents[2] / "var/asterisk/root/usr/share/asterisk/rest-api"
SAMPLES = {str: "x", int: 1, float: 1.0, bool: True, typing.Any: None, bytes: b""}
EVENTS = typing.get_args(generated.AnyEvent)


def minimal(kind):
    """What JSON must at least hold to be a `kind`."""
    if typing.get_origin(kind) is list:
        return []
    if typing.get_origin(kind) is dict:
        return {}
    if kind in SAMPLES:
        return SAMPLES[kind]
    required = {field.encode_name: minimal(field.type) for field in msgspec.structs.fields(kind) if field.required}
    tag = kind.__struct_config__.tag
    return required | ({"type": tag} if tag else {})


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_is_told_by_its_type_and_needs_no_optional_field(event):
    decoded = msgspec.json.decode(msgspec.json.encode(minimal(event)), type=generated.AnyMessage)
    assert type(decoded) is event


def test_the_events_the_engine_lives_on_are_there():
    names = {event.__name__ for event in EVENTS}
    assert {"StasisStart", "StasisEnd", "ChannelDtmfReceived", "ChannelDestroyed", "PlaybackFinished"} <= names
    assert len(names) >= 40


def test_every_operation_is_a_documented_coroutine():
    methods = {name: it for name, it in vars(generated.Methods).items() if not name.startswith("_")}
    assert len(methods) >= 100
    assert all(inspect.iscoroutinefunction(it) and it.__doc__ for it in methods.values())
    assert {"channels_originate_with_id", "bridges_add_channel", "playbacks_stop", "device_states_update"} <= set(methods)
    assert not any("mailbox" in name for name in methods)


def test_reserved_words_are_renamed_on_our_side_only():
    message = msgspec.json.decode('{"from": "sip:awa", "to": "sip:koffi", "body": ""}', type=generated.TextMessage)
    assert message.from_ == "sip:awa"


def test_the_header_names_the_generator_and_the_sources():
    header = generated.__doc__
    assert "ivr/ari/generate.py" in header
    assert all(f"  {name}.json" in header for name in ("channels", "bridges", "events", "playbacks", "applications"))


def test_a_folder_without_a_description_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no JSON file"):
        generate(tmp_path)


@pytest.mark.e2e
def test_asterisk_s_own_description_gives_the_committed_module():
    if not DESCRIPTION.is_dir():
        pytest.skip("no private Asterisk is installed: make demo installs it")
    assert generate(DESCRIPTION) == HERE.read_text(), "run python -m ivr.ari.generate and read the difference"
