"""Phone numbers in E.164 (ITU-T), with the form that was sent kept beside them (pure)."""

import re

import phonenumbers

SENT_KEYS = {"u_mb": "u_mb_sent"}
"""Attributes that hold a phone number, and where the form that was sent is kept when it differs."""

FEWEST_DIGITS_WITH_COUNTRY = 11
_DIGITS = re.compile(r"[1-9]\d*\Z", re.ASCII)
_SEPARATORS = str.maketrans("", "", " -().\u00a0\u202f")


def normalise(text: str, region: str | None) -> str:
    """The number in E.164, or the text as it is when it is no valid number.

    A number without a country code belongs to `region` (ISO 3166, two letters). Without a region, eleven
    and more digits are read as a country code and a number, the form MoEngage's own examples have.
    """
    text = text.strip()
    candidates = [(text, region)]
    digits = text.translate(_SEPARATORS)
    if len(digits) >= FEWEST_DIGITS_WITH_COUNTRY and _DIGITS.match(digits):
        candidates.append((f"+{digits}", None))
    if text.startswith("00"):
        candidates.append((f"+{text[2:]}", None))
    for candidate, country in candidates:
        found = _parsed(candidate, country)
        if found is not None:
            return found
    return text


def _parsed(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
