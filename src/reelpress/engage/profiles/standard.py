"""The attributes every workspace has: keys, display names, and the names payloads may use for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from reelpress.engage.profiles.model import AttributeType


@dataclass(frozen=True, slots=True)
class StandardAttribute:
    """One tracked attribute.

    `display_names[0]` is the one to show; `payload_names` are what clients write for `key`.
    """

    key: str
    display_names: tuple[str, ...]
    type: AttributeType = "string"
    payload_names: tuple[str, ...] = ()


STANDARD_ATTRIBUTES = (
    StandardAttribute("uid", ("ID",)),
    StandardAttribute("id", ("MoEngage ID",)),
    StandardAttribute("u_n", ("Name",), payload_names=("name",)),
    StandardAttribute("u_fn", ("First Name",), payload_names=("first_name",)),
    StandardAttribute("u_ln", ("Last Name",), payload_names=("last_name",)),
    StandardAttribute("u_em", ("Email (Standard)", "Email"), payload_names=("email", "moe_email")),
    StandardAttribute(
        "u_mb",
        ("Mobile Number (Standard)", "Mobile Number", "Phone Number"),
        payload_names=("mobile", "moe_mobile"),
    ),
    StandardAttribute("u_mb_sent", ("Mobile Number (as sent)",)),
    StandardAttribute("u_gd", ("Gender",), payload_names=("gender",)),
    StandardAttribute("u_bd", ("Birthday",), "datetime", ("birthday",)),
    StandardAttribute("geo", ("Location",)),
    StandardAttribute("cr_t", ("First Seen",), "datetime", ("created_time",)),
    StandardAttribute("u_l_a", ("Last Seen",), "datetime", ("last_seen",)),
    StandardAttribute("t_rev", ("Lifetime Revenue",), "double"),
    StandardAttribute("t_trans", ("Number of Conversions",), "double"),
    StandardAttribute("u_s_c", ("Number of Sessions",), "double"),
    StandardAttribute("moe_unsubscribe", ("Unsubscribe",), "bool"),
    StandardAttribute("moe_spam", ("Spam",), "bool"),
    StandardAttribute("moe_hard_bounce", ("Hard Bounce",), "bool"),
    StandardAttribute("moe_sms_subscription", ("SMS Subscription Status",)),
    StandardAttribute("moe_wa_subscription", ("WhatsApp Subscription Status",)),
    StandardAttribute("moe_em_unsub_categories", ("Unsubscribed Categories",), "array"),
    StandardAttribute("moe_email_optin_status", ("Email Opt-in Status",)),
    StandardAttribute("moe_sub_w", ("Web Push Subscription Status",), "bool"),
    StandardAttribute("moe_dtzo", ("Time Zone Offset",)),
    StandardAttribute("moe_ip_city", ("Last Known City",)),
    StandardAttribute("moe_ip_subdivision", ("Last Known State",)),
    StandardAttribute("moe_ip_country", ("Last Known Country",)),
    StandardAttribute("moe_ip_pin", ("Last Known Pincode",)),
    StandardAttribute("moe_cohorts", ("Cohorts",), "array"),
    StandardAttribute("push_preference", ("Push Preference",)),
    StandardAttribute("publisher_name", ("Publisher Name",)),
    StandardAttribute("campaign_name", ("Campaign Name",)),
    StandardAttribute("moe_gaid", ("Google Advertising ID",)),
    StandardAttribute("advertising_identifier", ("Advertising Identifier",)),
)

STANDARD_KEYS: frozenset[str] = frozenset(attribute.key for attribute in STANDARD_ATTRIBUTES)

COMPUTED_KEYS = frozenset({"uid", "id", "u_mb_sent", "moe_cohorts"})
"""Attributes that follow from something else: no payload sets them."""

DERIVED_KEYS = frozenset({"uid", "id", "cr_t", "u_l_a", "t_rev", "t_trans", "u_s_c", "moe_cohorts"})
"""Attributes that no payload removes (Track User, `unset_attributes`)."""

PAYLOAD_KEYS: Mapping[str, str] = {
    name: attribute.key for attribute in STANDARD_ATTRIBUTES for name in attribute.payload_names
}

DISPLAY_KEYS: Mapping[str, str] = {
    name: attribute.key for attribute in STANDARD_ATTRIBUTES for name in attribute.display_names
}


def key_of(name: str) -> str:
    """The attribute key a name stands for: a payload name, a standard display name, or the key itself."""
    return PAYLOAD_KEYS.get(name) or DISPLAY_KEYS.get(name) or name
