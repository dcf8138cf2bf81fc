"""How a matricule is written in the store."""

from __future__ import annotations

import re

from ivr.core.messages import Json


def normal(matricule: Json) -> str:
    """'000 123x' → '000123X'."""
    return re.sub(r"[\s.-]", "", str(matricule)).upper()
