"""Display names: what the console calls an attribute, beside the key a profile stores it under."""

from __future__ import annotations

from collections.abc import Mapping

from reelpress.engage.profiles.standard import DISPLAY_KEYS, PAYLOAD_KEYS


def attribute_key(name: str, display_names: Mapping[str, str]) -> str:
    """The profile key behind `name`; a tracked display name wins over a custom one, as in MoEngage."""
    return DISPLAY_KEYS.get(name) or display_names.get(name) or PAYLOAD_KEYS.get(name) or name


def known_names(display_names: Mapping[str, str]) -> set[str]:
    """Every name that stands for a key of another spelling."""
    return {*DISPLAY_KEYS, *PAYLOAD_KEYS, *display_names}


def is_tracked(name: str) -> bool:
    """Whether `name` always means the tracked attribute, even where a custom one is called so."""
    return name in DISPLAY_KEYS
