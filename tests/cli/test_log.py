"""The log: JSON lines in a file that is rotated, warnings for people on stderr, nothing personal in either."""

import json
import logging

import pytest
import structlog

from ivr import log as ivr_log
from ivr.log import start_logging

CANARIES = ("0707654321", "+2250707654321", "000777Q", "2721654321")


@pytest.fixture
def start(tmp_path):
    """Call it in the test's body: pytest captures stderr anew between its phases."""
    before = structlog.get_config()
    yield lambda: start_logging(tmp_path / "log")
    for handler in ours():
        logging.getLogger().removeHandler(handler)
        handler.close()
    structlog.configure(**before)


def ours():
    return [handler for handler in logging.getLogger().handlers if handler.get_name() in ivr_log.NAMES]


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_line_is_one_json_object_with_time_and_level(start):
    log_file = start()
    structlog.get_logger().info("call_closed", call="cruc-1.0", outcome="TRANSFERE")
    (line,) = lines(log_file)
    assert (line["event"], line["level"], line["outcome"]) == ("call_closed", "info", "TRANSFERE")
    assert line["timestamp"].endswith("Z")


def test_warnings_are_short_lines_for_people_and_information_is_not_shown(start, capsys):
    log_file = start()
    structlog.get_logger().info("serving")
    structlog.get_logger().warning("ari_lost", reason="closed")
    assert capsys.readouterr().err == "attention : ari_lost reason=closed\n"
    assert [line["event"] for line in lines(log_file)] == ["serving", "ari_lost"]


@pytest.mark.parametrize("canary", CANARIES)
def test_what_could_be_personal_is_covered_wherever_it_stands(start, capsys, canary):
    log_file = start()
    structlog.get_logger().warning(f"said {canary}", caller=canary, reason=f"number {canary}, twice {canary}.")
    logging.getLogger("aiohttp").warning("refused %s", canary)
    try:
        float(canary + "?")
    except ValueError:
        structlog.get_logger().exception("call_bug", call="cruc-1.0")
    written = log_file.read_text() + capsys.readouterr().err
    assert "call_bug" in written
    assert canary not in written


def test_ids_times_and_references_stay_readable(start):
    log_file = start()
    structlog.get_logger().info("call_closed", call="cruc-1795473624.0", request="REQ-2026-000005", pid="25160")
    (line,) = lines(log_file)
    assert (line["call"], line["request"], line["pid"]) == ("cruc-1795473624.0", "REQ-2026-000005", "25160")


def test_the_file_is_rotated_by_size(start, monkeypatch):
    log_file = start()
    for handler in ours():
        if hasattr(handler, "maxBytes"):
            handler.maxBytes = 2_000
    for number in range(200):
        structlog.get_logger().info("line", number=number)
    kept = sorted(log_file.parent.glob("cruc.log*"))
    assert len(kept) == ivr_log.KEPT + 1
    assert all(file.stat().st_size <= 2_100 for file in kept)
