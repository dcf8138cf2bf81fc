"""The directory of people. A part of `storage.store.Store`."""

from __future__ import annotations

from storage.part import Part


class DirectoryPart(Part):
    """The directory of people."""
