"""Searching and listing requests. A part of `storage.store.Store`."""

from __future__ import annotations

from storage.part import Part


class SearchPart(Part):
    """Searching and listing requests."""
