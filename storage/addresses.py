"""The address of a store as it may be shown: without its password."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from storage.errors import StoreError


def place(url: str) -> str:
    """``postgresql://cruc:secret@host:5432/cruc?ssl=…`` → ``postgresql://cruc@host:5432/cruc``; ``sqlite:///path`` and
    ``memory:`` as they are. Of an address that is not understood nothing is shown. Raises `StoreError` for none at all."""
    if not url.startswith(("postgresql://", "postgres://")):
        return url
    parts = _parts(url)
    if "@" in parts.path + parts.query + parts.fragment:  # a password that is not written %2F, %3F or %23
        return f"{parts.scheme}://…"
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"


def password(url: str) -> str:
    """What may stand in no sentence; '' without one."""
    parts = _parts(url)
    return unquote(parts.password or "") or "".join(parse_qs(parts.query).get("password", []))


def unreadable(where: str) -> StoreError:
    named = f" {where}" if where else ""
    return StoreError(f"The address of the store{named} cannot be read: write postgresql://user@host:5432/database .")


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise unreadable("") from None
