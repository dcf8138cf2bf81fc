"""Workers that die, hang, or never start: the call goes on by keypad within two seconds, and the pool heals."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
from telephone_voice import noise, silence

from ivr.core.commands import Grammar
from ivr.ports import RecognizerUnavailable
from ivr.speech.pool import WorkerPool
from ivr.speech.registry import open_recognizer

pytestmark = [
    pytest.mark.asyncio, pytest.mark.speech,
    pytest.mark.skipif(not find_spec("soundswallower"), reason="soundswallower is not installed"),
]
YES_NO = Grammar("yes_no")
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def pool(workers: int = 1):
    recognizer = WorkerPool("soundswallower", 8000, {"model": ""}, workers)
    await recognizer.start()
    try:
        yield recognizer
    finally:
        await recognizer.stop()


def pids(recognizer) -> list[int]:
    return [worker["pid"] for worker in recognizer.health()["workers"]]


async def until(condition, within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the kernel's word about a process is no event
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.mark.parametrize(("how", "within"), [(signal.SIGKILL, 0.5), (signal.SIGSTOP, 2.0)])
async def test_a_worker_that_dies_or_hangs_loses_its_turns_within_two_seconds_and_is_replaced(how, within):
    async with pool() as recognizer:
        turns = [recognizer.listen(YES_NO, 8.0) for _ in range(3)]
        victim = pids(recognizer)[0]
        os.kill(victim, how)
        struck = time.monotonic()
        for turn in turns:
            turn.feed(noise(0.2))
            assert await asyncio.wait_for(turn.result(), 3) == ("lost", ())
        assert time.monotonic() - struck < within
        assert recognizer.listen(YES_NO, 8.0)  # never raises while there is nobody to listen
        await until(lambda: recognizer.health()["ready"])
        assert not alive(victim)
        assert recognizer.health()["restarts"] == 1
        turn = recognizer.listen(YES_NO, 0.3)
        turn.feed(silence(0.5))
        assert (await asyncio.wait_for(turn.result(), 3))[0] == "silence"


async def test_a_hung_worker_is_replaced_also_when_nobody_speaks():
    async with pool() as recognizer:
        os.kill(pids(recognizer)[0], signal.SIGSTOP)
        await until(lambda: recognizer.health()["restarts"] == 1 and recognizer.health()["ready"])


async def test_feeding_a_hung_worker_neither_blocks_nor_grows_without_bound():
    async with pool() as recognizer:
        turn = recognizer.listen(YES_NO, 5.0)
        os.kill(pids(recognizer)[0], signal.SIGSTOP)
        slowest = 0.0
        for _ in range(400):
            begun = time.monotonic()
            turn.feed(noise(1.0))
            slowest = max(slowest, time.monotonic() - begun)
        assert slowest < 0.1
        assert await asyncio.wait_for(turn.result(), 3) == ("lost", ())


async def test_turns_are_shared_out_and_the_other_worker_goes_on_when_one_dies():
    async with pool(2) as recognizer:
        turns = [recognizer.listen(YES_NO, 0.8) for _ in range(4)]
        assert [worker["turns"] for worker in recognizer.health()["workers"]] == [2, 2]
        os.kill(pids(recognizer)[0], signal.SIGKILL)
        for turn in turns:
            turn.feed(silence(1.0))
        ends = [(await asyncio.wait_for(turn.result(), 5))[0] for turn in turns]
        assert sorted(ends) == ["lost", "lost", "silence", "silence"]


async def test_a_worker_that_keeps_dying_is_restarted_ever_more_slowly():
    async with pool() as recognizer:
        gaps = []
        for _ in range(3):
            killed = time.monotonic()
            os.kill(pids(recognizer)[0], signal.SIGKILL)
            await until(lambda: not recognizer.health()["ready"])
            await until(lambda: pids(recognizer)[0])
            gaps.append(time.monotonic() - killed)
            await until(lambda: recognizer.health()["ready"])
        assert gaps[0] < gaps[1] < gaps[2]


async def test_the_event_loop_never_waits_for_the_recogniser():
    async with pool() as recognizer:
        turns = [recognizer.listen(Grammar("matricule"), 5.0) for _ in range(6)]
        results = asyncio.gather(*(turn.result() for turn in turns))
        worst = 0.0
        for piece in range(300):
            for turn in turns:
                turn.feed(noise(0.02, seed=piece) if piece < 200 else silence(0.02))
            before = time.monotonic()
            await asyncio.sleep(0.005)
            worst = max(worst, time.monotonic() - before)
        assert worst < 0.25
        for turn in turns:
            turn.feed(silence(3.0))
        await asyncio.wait_for(results, 20)


async def test_stopping_leaves_no_process_and_no_waiting_turn():
    async with pool() as recognizer:
        turn = recognizer.listen(YES_NO, 30.0)
        pid = pids(recognizer)[0]
    assert await asyncio.wait_for(turn.result(), 1) == ("lost", ())
    await until(lambda: not alive(pid))


@pytest.mark.parametrize("hung", [False, True])
async def test_workers_die_with_the_service_however_it_dies(hung, tmp_path):
    program = (
        "import asyncio, sys\n"
        "from ivr.speech.registry import open_recognizer\n"
        "async def main():\n"
        "    recognizer = open_recognizer('soundswallower', workers=1)\n"
        "    await recognizer.start()\n"
        "    print(recognizer.health()['workers'][0]['pid'], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    service = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE)  # noqa: ASYNC220
    worker = int(service.stdout.readline())
    if hung:
        os.kill(worker, signal.SIGSTOP)
    service.kill()
    service.wait()
    service.stdout.close()
    await until(lambda: not alive(worker), 3)


@pytest.mark.parametrize(("name", "model", "says"), [
    ("vosk", "", "Vosk has no model"),
    ("vosk", "/nowhere/vosk-model", "does not exist"),
    ("siri", "", "choose one of soundswallower, vosk, scripted, none"),
])
async def test_an_engine_that_cannot_run_says_what_to_do(name, model, says):
    with pytest.raises(RecognizerUnavailable, match=says):
        open_recognizer(name, model=model)


async def test_a_broken_model_is_told_at_the_start_and_leaves_no_process(tmp_path):
    for part, content in (("conf/mfcc.conf", "--sample-frequency=8000\n"), ("am/final.mdl", "not a model")):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_text(content)
    if not find_spec("vosk"):
        pytest.skip("vosk is not installed")
    recognizer = open_recognizer("vosk", model=str(tmp_path), workers=1)
    assert recognizer.rate == 8000
    with pytest.raises(RecognizerUnavailable):
        await recognizer.start()
    assert pids(recognizer) == [None]


async def test_without_an_engine_every_turn_is_lost_at_once():
    recognizer = open_recognizer("none")
    await recognizer.start()
    assert await asyncio.wait_for(recognizer.listen(YES_NO, 5.0).result(), 0.1) == ("lost", ())
    assert not recognizer.health()["ready"]
