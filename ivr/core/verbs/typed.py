"""Values taken by keypad: how many digits, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final

PREFIXES: Final = ("01", "05", "07", "21", "25", "27")
"""How an ordinary number of Côte d'Ivoire begins since 2021: mobile 01, 05, 07, fixed 21, 25, 27."""


def _is_birth(keys: str) -> str | None:
    """DDMMYYYY → ISO date, or None."""
    try:
        return date(int(keys[4:]), int(keys[2:4]), int(keys[:2])).isoformat() if len(keys) == 8 else None
    except ValueError:
        return None


def _is_reference(keys: str) -> str | None:
    """2026000123 → REQ-2026-000123."""
    return f"REQ-{keys[:4]}-{keys[4:]}" if len(keys) == 10 and keys.startswith("20") else None


def _is_code(keys: str) -> str | None:
    return keys if len(keys) == 6 else None


def national(number: str) -> str | None:
    """The ten digits of an ordinary Ivorian number, written with or without +225 or 00225; None for any other number."""
    digits = re.sub(r"^(?:\+|00)225", "", number)
    return digits if re.fullmatch(r"[0-9]{10}", digits) and digits.startswith(PREFIXES) else None


def _is_exam(keys: str) -> str | None:
    return keys if 3 <= len(keys) <= 12 else None


COLLECTED: Final[dict[str, tuple[int, str, Callable[[str], str | None]]]] = {
    "birth": (8, "naissance", _is_birth),
    "reference": (10, "identifiant", _is_reference),
    "code": (6, "code_suivi", _is_code),
    "phone": (10, "telephone", national),
    "exam_number": (12, "composition", _is_exam),
}
"""What `collect` can take by keypad: most digits, default prefix of its error prompts, and how it is read."""
