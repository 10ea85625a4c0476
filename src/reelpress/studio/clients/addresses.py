"""IP allow-lists of clients."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

MAX_ENTRIES = 100


def parse_networks(entries: Sequence[str]) -> tuple[str, ...]:
    """Addresses and networks in canonical form. Raises ValueError that names the wrong entry."""
    if len(entries) > MAX_ENTRIES:
        raise ValueError(f"an allow-list has at most {MAX_ENTRIES} entries")
    return tuple(dict.fromkeys(str(_network(entry)) for entry in entries))


def address_allowed(address: str, allowed: Sequence[str]) -> bool:
    """Whether a caller at `address` may come in. An empty list allows everybody."""
    if not allowed:
        return True
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    if isinstance(caller, IPv6Address) and caller.ipv4_mapped is not None:
        caller = caller.ipv4_mapped
    return any(caller in ip_network(entry) for entry in allowed)


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(entry.strip())
    except ValueError as fault:
        raise ValueError(
            f"{entry[:64]!r} is not an IP address or network: write 203.0.113.7 or 203.0.113.0/24"
        ) from fault
