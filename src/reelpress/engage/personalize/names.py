"""Display names: what the console calls an attribute, beside the key a profile stores it under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reelpress.engage.personalize.model import MOENGAGE_ID_KEY

STANDARD_NAMES: Final[Mapping[str, str]] = {
    "Name": "u_n",
    "First Name": "u_fn",
    "Last Name": "u_ln",
    "Email": "u_em",
    "Email (Standard)": "u_em",
    "Phone Number": "u_mb",
    "Mobile Number": "u_mb",
    "Mobile Number (Standard)": "u_mb",
    "Gender": "u_gd",
    "Birthday": "u_bd",
    "Location": "geo",
    "Advertising Identifier": "advertising_identifier",
    "First Seen": "cr_t",
    "Last Seen": "u_l_a",
    "ID": "uid",
    "MoEngage ID": MOENGAGE_ID_KEY,
}

PAYLOAD_NAMES: Final[Mapping[str, str]] = {
    "name": "u_n",
    "first_name": "u_fn",
    "last_name": "u_ln",
    "email": "u_em",
    "mobile": "u_mb",
    "gender": "u_gd",
    "birthday": "u_bd",
    "customer_id": "uid",
}
"""Names the Data API accepts for standard attributes, so an author may know them by these."""


def attribute_key(name: str, display_names: Mapping[str, str]) -> str:
    """The profile key behind `name`; a tracked display name wins over a custom one, as in MoEngage."""
    if name in STANDARD_NAMES:
        return STANDARD_NAMES[name]
    if name in display_names:
        return display_names[name]
    return PAYLOAD_NAMES.get(name, name)
