from collections.abc import Iterator

import pytest

from tests import phone


@pytest.fixture(autouse=True)
def every_call_is_told_the_same_by_its_journal() -> Iterator[None]:
    """Whatever a test did with its phones, replaying their journals gives the same outputs and the same record."""
    phone.CALLS.clear()
    yield
    for call in phone.CALLS:
        call.check()
