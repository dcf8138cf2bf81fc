"""Which numbers we call back: those of the country's numbering plan that the settings allow, in one way of writing.

The core checks what a caller types against the plan's prefixes only (`ivr.core.verbs.typed`); here is the last word, with
the plan as libphonenumber knows it. A callback costs money and rings at somebody's: foreign, premium, short and impossible
numbers are refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

REGION: Final = "CI"
COUNTRY: Final = 225
ORDINARY: Final = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_WRITTEN: Final = re.compile(r"\+?[0-9][0-9 .()-]{3,24}")


def normalised(number: str, prefixes: Collection[str]) -> str | None:
    """The ten national digits of a number that may be called back, else None.

    ``number``: '0700000101', '+2250700000101' or '002250700000101', with blanks, dots or hyphens if one likes.
    ``prefixes``: how the ten digits may begin (setting callback_prefixes).
    """
    if not _WRITTEN.fullmatch(number.strip()):
        return None
    try:
        read = phonenumbers.parse(number, REGION)
    except NumberParseException:
        return None
    digits = phonenumbers.national_significant_number(read)
    ours = read.country_code == COUNTRY and phonenumbers.is_valid_number(read)
    ordinary = ours and phonenumbers.number_type(read) in ORDINARY
    return digits if ordinary and len(digits) == 10 and digits.startswith(tuple(prefixes)) else None
