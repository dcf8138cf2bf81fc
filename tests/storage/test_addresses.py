"""The address of a store is shown without its password, however it is written."""

import pytest

from ivr.config import Settings, SettingsError, load_settings
from storage import place
from storage.addresses import password


@pytest.mark.parametrize(("url", "shown"), [
    ("sqlite:///var/store.db", "sqlite:///var/store.db"),
    ("memory:", "memory:"),
    ("postgresql://host/cruc", "postgresql://host/cruc"),
    ("postgresql://cruc@host:5433/cruc", "postgresql://cruc@host:5433/cruc"),
    ("postgres://cruc:s3cret@host/cruc", "postgres://cruc@host/cruc"),
    ("postgresql://cruc:s3:cr@et@host/cruc", "postgresql://cruc@host/cruc"),
    ("postgresql://cruc:s3cret@one:5432,two:5433/cruc", "postgresql://cruc@one:5432,two:5433/cruc"),
    ("postgresql://cruc@/cruc?host=/run/postgresql&password=s3cret", "postgresql://cruc@/cruc"),
    ("postgresql://cruc:s3/cret@host/cruc", "postgresql://…"),
    ("postgresql://cruc:s3?cret@host/cruc", "postgresql://…"),
    ("postgresql://cruc:s3#cret@host/cruc", "postgresql://…"),
])
def test_a_place_is_shown_without_its_password(url, shown):
    assert place(url) == shown


@pytest.mark.parametrize("url", ["postgresql://cruc:s3%2Fcret@host/cruc", "postgresql://host/cruc?password=s3%2Fcret"])
def test_the_password_is_known_in_order_to_be_hidden(url):
    assert password(url) == "s3/cret"


def test_a_setting_of_a_store_is_checked_and_never_repeated(monkeypatch):
    monkeypatch.setenv("CRUC_STORE", "postgres:/cruc:s3cret@host/cruc")
    with pytest.raises(SettingsError, match=r"'store': .*begins with sqlite:///, postgresql://") as refusal:
        load_settings()
    assert "s3cret" not in str(refusal.value)


def test_every_kind_of_store_may_be_set():
    for url in ("", "memory:", "sqlite:///store.db", "postgresql://host/cruc", "postgres://host/cruc"):
        assert Settings(store=url).store == url
