"""An import killed (-9) wherever it hurts: the directory is as it was, and the next import is whole."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from ivr.core.directory_rows import DirectoryRow
from storage import imports, open_store

AWA = "+2250700000001"
BEFORE = [DirectoryRow("000123X", "Koné", "Awa", "1980-12-24", None, (AWA,))]
AFTER = [DirectoryRow("000123X", "Brou", "Awa", "1980-12-24", None, ()),
         DirectoryRow("000124Y", "Brou", "Aya", phones=(AWA,))]
COLUMNS = {"birth", "phones"}
pytestmark = pytest.mark.slow
PLACES = ("second piece", "stage_words", "insert_import", "keep_former", "take_people", "take_phones", "drop_staged")


def killed_at(place):
    """The rule, ended by SIGKILL before it asks ``place``."""
    def deadly(rule):
        def run(*args):
            steps, answer = rule(*args), None
            while True:
                try:
                    question = steps.send(answer)
                except StopIteration as end:
                    return end.value
                if question.name == place:
                    os.kill(os.getpid(), signal.SIGKILL)
                answer = yield question
        return run
    imports.take, imports.stage_words = deadly(imports.take), deadly(imports.stage_words)


def pieces(rows, place=""):
    for number, row in enumerate(rows):
        if number and place == "second piece":
            os.kill(os.getpid(), signal.SIGKILL)
        yield [row]


async def imported(url, rows, place=""):
    store = open_store(url)
    staged = await store.stage_people(pieces(rows, place), COLUMNS)
    await store.take_staged(staged, who="awa", file="annuaire.csv", sha256="1", refused=0, at=1.0)
    await store.close()


async def found(url):
    store = open_store(url)
    try:
        return (
            [await store.person(each) for each in ("000123X", "000124Y")], await store.find_people("brou"),
            await store.find_people("kone"), await store.people_at(AWA), len(await store.imports()),
        )
    finally:
        await store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("place", PLACES)
async def test_a_killed_import_is_as_if_it_had_never_begun(tmp_path, place):
    url = f"sqlite:///{tmp_path}/store.db"
    await imported(url, BEFORE)
    before = await found(url)
    child = await asyncio.to_thread(subprocess.run, [sys.executable, __file__, url, place], check=False)
    assert child.returncode == -signal.SIGKILL
    assert await found(url) == before
    await imported(url, AFTER)
    people, brou, kone, at, count = await found(url)
    assert [each.last_name for each in people] == ["Brou", "Brou"]
    assert ([each.matricule for each in brou], kone, count) == (["000123X", "000124Y"], (), 2)
    assert [each.matricule for each in at] == ["000124Y"]


if __name__ == "__main__":
    killed_at(sys.argv[2])
    asyncio.run(imported(sys.argv[1], AFTER, sys.argv[2]))
