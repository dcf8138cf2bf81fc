"""A PostgreSQL server for the tests that are about it, and databases on it."""

import pytest

from tests.postgres_server import private_server, server


@pytest.fixture(scope="session")
def postgres():
    with server() as one:
        yield one


@pytest.fixture
def bare(postgres):
    """The URL of a database without any table."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def filled(postgres):
    """The URL of a database in the schema of today, without rows."""
    url = postgres.fresh()
    yield url
    postgres.give_back(url)


@pytest.fixture(scope="module")
def mortal():
    """A server that tests may stop and kill."""
    with private_server() as own:
        yield own
