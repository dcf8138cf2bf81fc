"""What people write, before it reaches a row: no longer than it may be, and nothing in it that is no writing."""

from __future__ import annotations

import unicodedata

from storage.errors import Refused


def checked_text(label: str, text: object, longest: int) -> str:
    """The text. Raises `Refused` naming ``label``: too long, a command of a terminal, or half a letter."""
    written = str(text)
    if len(written) > longest:
        raise Refused(f"Le champ « {label} » a {len(written)} signes : {longest} au plus.")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in written if sign not in "\n\t"):
        raise Refused(f"Le champ « {label} » contient des signes de commande : tapez-le de nouveau.")
    return written
