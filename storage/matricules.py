"""How a matricule is written in the store."""

from __future__ import annotations

import re

from ivr.core.messages import Json


def normal(matricule: Json) -> str:
    """'000 123-x' → '000123X', whatever it is: `ivr.core.matricule.parse_matricule` says whether it is one."""
    return re.sub(r"[\W_]", "", str(matricule)).upper()
