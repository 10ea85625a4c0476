"""The refusal table: which IP addresses no customer's URL or mail server may lead to.

`ipaddress.is_global` follows the registries of the Python release it came with and answers "global" for
addresses that reach the inside through a translator, so the table is our own. Sources, read together:
IANA IPv4 Special-Purpose Address Registry, IANA IPv6 Special-Purpose Address Registry, IANA IPv4 Multicast
Address Space Registry, IANA IPv6 Address Space Registry (only 2000::/3 is global unicast).
"""

import errno
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

IPV4_REFUSED: tuple[tuple[IPv4Network, str], ...] = (
    (IPv4Network("0.0.0.0/8"), 'an unspecified or "this network" address (RFC 791)'),
    (IPv4Network("10.0.0.0/8"), "a private address (RFC 1918)"),
    (IPv4Network("100.64.0.0/10"), "a carrier-grade NAT address (RFC 6598)"),
    (IPv4Network("127.0.0.0/8"), "a loopback address (RFC 1122)"),
    # 168.63.129.16 lies in public space but is Azure's host agent on every virtual machine there.
    (IPv4Network("168.63.129.16/32"), "a cloud host's management address"),
    (IPv4Network("169.254.0.0/16"), "a link-local or cloud metadata address (RFC 3927)"),
    (IPv4Network("172.16.0.0/12"), "a private address (RFC 1918)"),
    (IPv4Network("192.0.0.0/24"), "an IETF protocol assignment (RFC 6890)"),
    (IPv4Network("192.0.2.0/24"), "a documentation address (RFC 5737)"),
    (IPv4Network("192.31.196.0/24"), "an AS112 sink address (RFC 7535)"),
    (IPv4Network("192.52.193.0/24"), "a multicast tunnel address (RFC 7450)"),
    (IPv4Network("192.88.99.0/24"), "a 6to4 relay address (RFC 7526)"),
    (IPv4Network("192.168.0.0/16"), "a private address (RFC 1918)"),
    (IPv4Network("192.175.48.0/24"), "an AS112 sink address (RFC 7534)"),
    (IPv4Network("198.18.0.0/15"), "a benchmarking address (RFC 2544)"),
    (IPv4Network("198.51.100.0/24"), "a documentation address (RFC 5737)"),
    (IPv4Network("203.0.113.0/24"), "a documentation address (RFC 5737)"),
    (IPv4Network("224.0.0.0/4"), "a multicast address (RFC 5771)"),
    (IPv4Network("255.255.255.255/32"), "the broadcast address (RFC 919)"),
    (IPv4Network("240.0.0.0/4"), "a reserved address (RFC 1112)"),
)

IPV6_REFUSED: tuple[tuple[IPv6Network, str], ...] = (
    (IPv6Network("::/128"), "the unspecified address (RFC 4291)"),
    (IPv6Network("::1/128"), "the loopback address (RFC 4291)"),
    (IPv6Network("::/96"), "an IPv4-compatible address (RFC 4291)"),
    (IPv6Network("::ffff:0:0:0/96"), "an IPv4-translated address (RFC 2765)"),
    (IPv6Network("64:ff9b::/96"), "a NAT64 address (RFC 6052)"),
    (IPv6Network("64:ff9b:1::/48"), "a NAT64 address (RFC 8215)"),
    (IPv6Network("100::/64"), "a discard-only address (RFC 6666)"),
    (IPv6Network("2001::/32"), "a Teredo address (RFC 4380)"),
    (IPv6Network("2001:2::/48"), "a benchmarking address (RFC 5180)"),
    (IPv6Network("2001::/23"), "an IETF protocol assignment (RFC 2928)"),
    (IPv6Network("2001:db8::/32"), "a documentation address (RFC 3849)"),
    (IPv6Network("2002::/16"), "a 6to4 address (RFC 3056)"),
    (IPv6Network("2620:4f:8000::/48"), "an AS112 sink address (RFC 7534)"),
    (IPv6Network("3fff::/20"), "a documentation address (RFC 9637)"),
    (IPv6Network("5f00::/16"), "a segment routing address (RFC 9602)"),
    (IPv6Network("fc00::/7"), "a unique local address (RFC 4193)"),
    (IPv6Network("fe80::/10"), "a link-local address (RFC 4291)"),
    (IPv6Network("fec0::/10"), "a site-local address (RFC 3879)"),
    (IPv6Network("ff00::/8"), "a multicast address (RFC 4291)"),
)

IPV6_GLOBAL_UNICAST = IPv6Network("2000::/3")
ISATAP_INTERFACE_IDS = (0x0000_5EFE, 0x0200_5EFE)


class AddressRefusedError(OSError):
    """Raised where a connection is about to be made to an address of the table.

    An OSError, because the connecting libraries pass those through unchanged; `reason` completes the
    sentence "it is ...". The address itself is left out: the reader may not know the inside network.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EACCES, reason)
        self.reason = reason


def refusal(address: str | IPv4Address | IPv6Address) -> str | None:
    """Why no connection may go to this address ("a loopback address ..."), or None when it may."""
    parsed = _parse(address)
    if parsed is None:
        return "not an IP address that can be checked"
    if isinstance(parsed, IPv4Address):
        return _ipv4_refusal(parsed)
    return _ipv6_refusal(parsed)


def check(address: str | IPv4Address | IPv6Address) -> None:
    """Raise `AddressRefusedError` when no connection may go to this address."""
    reason = refusal(address)
    if reason is not None:
        raise AddressRefusedError(reason)


def _parse(address: str | IPv4Address | IPv6Address) -> IPv4Address | IPv6Address | None:
    if not isinstance(address, str):
        return address
    try:
        return ip_address(address)
    except (AddressValueError, ValueError):
        return None


def _ipv4_refusal(address: IPv4Address) -> str | None:
    return next((reason for network, reason in IPV4_REFUSED if address in network), None)


def _ipv6_refusal(address: IPv6Address) -> str | None:
    if address.scope_id is not None:
        return "an address bound to one network interface (RFC 4007)"
    if address.ipv4_mapped is not None:
        return _ipv4_refusal(address.ipv4_mapped)
    listed = next((reason for network, reason in IPV6_REFUSED if address in network), None)
    if listed is not None:
        return listed
    if address not in IPV6_GLOBAL_UNICAST:
        return "outside the global unicast space (RFC 4291)"
    if (int(address) >> 32) & 0xFFFF_FFFF in ISATAP_INTERFACE_IDS:
        return "an ISATAP address, which hides an IPv4 address (RFC 5214)"
    return None
