"""Every store, and every switch, one after the other."""

import pytest
import pytest_asyncio
from stores import DELAYS

from ivr.core.commands import Answer
from storage import Rules, open_store
from tests.ari.live_asterisk import AWA, KOFFI, SERGE, outside_trunk, plan_in, running
from tests.contract.switches import FakeSwitch, real_switch
from tests.postgres_server import server


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "postgres":
        yield from new_database(request.getfixturevalue("postgres"))
    else:
        yield {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/store.db"}[request.param]


def new_database(postgres):
    url = postgres.fresh()
    yield url
    postgres.give_back(url)


@pytest.fixture(scope="session")
def postgres():
    """A server for the whole run: started once, when the first test needs it."""
    with server() as one:
        yield one


@pytest_asyncio.fixture
async def store(url):
    store = open_store(url, Rules(DELAYS))
    yield store
    await store.close()


@pytest.fixture(scope="module", params=["fake", pytest.param("asterisk", marks=pytest.mark.e2e)])
def asterisk(request, tmp_path_factory):
    """The real one, or None for the fake."""
    if request.param == "fake":
        yield None
    else:
        accounts = (AWA, SERGE, KOFFI, outside_trunk())
        with running(plan_in(tmp_path_factory.mktemp("asterisk") / "run", accounts=accounts)) as process:
            yield process


@pytest.fixture
async def switch(asterisk, tmp_path):
    if asterisk is None:
        yield FakeSwitch()
    else:
        async with real_switch(asterisk, tmp_path) as real:
            yield real


@pytest.fixture
async def answered(switch):
    await switch.call_in()
    await switch.telephony.perform(switch.call, Answer())
    return switch
