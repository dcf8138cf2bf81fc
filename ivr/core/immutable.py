"""`dataclass` for messages: frozen for the type checker, which reads every line of ours; at run time an ordinary one with
slots, three times cheaper to make. A call makes some forty messages, a simulation of a day some millions (measured: 0.45 µs
against 0.13 µs for five fields).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type[T]], type[T]]:
        """Compares and hashes by value, like a frozen one."""
        assert frozen
        return dataclasses.dataclass(slots=slots, unsafe_hash=True)

__all__ = ["dataclass"]
