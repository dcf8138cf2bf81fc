"""Every store, one after the other."""

import pytest
import pytest_asyncio
from stores import DELAYS

from storage import Rules, open_store


@pytest.fixture(params=["memory", "sqlite"])
def url(request, tmp_path):
    return {"memory": "memory:", "sqlite": f"sqlite:///{tmp_path}/store.db"}[request.param]


@pytest_asyncio.fixture
async def store(url):
    store = open_store(url, Rules(DELAYS))
    yield store
    await store.close()
