"""Access log, export, rectification, retention and purge. A part of `storage.store.Store`."""

from __future__ import annotations

from storage.part import Part


class PrivacyPart(Part):
    """Access log, export, rectification, retention and purge."""
