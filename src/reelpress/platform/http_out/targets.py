"""Where a URL leads, decided from its text alone: scheme, host, port, and whether the operator lists it."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from yarl import URL

DEFAULT_PORTS = {"http": 80, "https": 443}
OPEN_PORTS = frozenset(DEFAULT_PORTS.values())
MAX_URL_CHARACTERS = 8_000
MAX_NAME_CHARACTERS = 253

# RFC 3986, section 3: scheme "://" authority, then whatever follows.
_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@\\%]+)(?::(?P<port>[0-9]{1,5}))?", re.DOTALL)
# C0, C1, and lone surrogates, which no encoder takes.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
# The WHATWG URL standard reads a name whose last label is a number as an IPv4 address, as inet_aton(3) does.
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
# Text that is a URL as RFC 3986 writes it goes out octet for octet: signatures in queries depend on it.
_EXACT = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")


class TargetRefusedError(Exception):
    """Raised with a sentence that says what is wrong with a URL and what to do about it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454); the host is lower case, an IP address in its canonical form."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """An operator's allow-list entry such as `http://127.0.0.1:8700`; raises ValueError."""
        try:
            url = read_url(text)
        except TargetRefusedError as error:
            raise ValueError(f"REELPRESS_HTTP_ALLOW: {text!r} is not an origin. {error}") from None
        if url.path not in ("", "/") or url.raw_query_string or url.raw_fragment:
            raise ValueError(
                f"REELPRESS_HTTP_ALLOW: {text!r} is not an origin. Give scheme, host and port alone, "
                "for example http://127.0.0.1:8700."
            )
        return cls.of(url)

    @classmethod
    def of(cls, url: URL) -> Self:
        host, port = url.raw_host, url.port
        assert host is not None
        assert port is not None
        return cls(url.scheme, host, port)

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The IP address where the host is written as one."""
        return as_address(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        shown_port = "" if DEFAULT_PORTS.get(self.scheme) == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{shown_port}"


def read_url(text: str) -> URL:
    """Parse an absolute http or https URL without userinfo; raises TargetRefusedError.

    Stricter than browsers on purpose: where parsers disagree about the host, none of them is right.
    """
    if len(text) > MAX_URL_CHARACTERS:
        raise TargetRefusedError(f"The URL is longer than {MAX_URL_CHARACTERS} characters. Shorten it.")
    if _CONTROL.search(text):
        raise TargetRefusedError("The URL holds a control character or a line break. Remove it.")
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise TargetRefusedError(
            "This is not an absolute URL. Write it in full, such as https://example.com/path."
        )
    scheme = shape["scheme"].lower()
    if scheme not in DEFAULT_PORTS:
        raise TargetRefusedError(f"The scheme {scheme} is not supported. Use https.")
    _check_authority(shape["authority"])
    try:
        url = URL(text).with_fragment(None)
        host = url.raw_host
    except (ValueError, UnicodeError):
        raise TargetRefusedError("The URL cannot be parsed. Check host and port.") from None
    if not host or url.port is None or url.port == 0:
        raise TargetRefusedError(
            "The URL names no host or port 0. Write it in full, such as https://example.com/path."
        )
    _check_host(shape["authority"], host)
    return _as_written(text, url)


def read_host(text: str) -> str:
    """A bare host name or IP address as `Origin.host` writes it; raises TargetRefusedError."""
    bracketed = f"[{text}]" if text.count(":") > 1 else text
    if set(text) & set("/?#@[]\\%") or text.count(":") == 1 or not text:
        raise TargetRefusedError("This is not a host name. Write it like mail.example.com.")
    host = read_url(f"https://{bracketed}").raw_host
    assert host is not None
    return host


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host is written as, in canonical spelling only."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def judge(url: URL, *, listed: bool, allow_http: bool) -> Origin:
    """The origin of a URL that may be asked, from its text alone; raises TargetRefusedError.

    `listed` says that the operator's allow-list vouches for this origin.
    """
    origin = Origin.of(url)
    if listed:
        return origin
    if origin.scheme == "http" and not allow_http:
        raise TargetRefusedError(
            f"{origin} is plain http. Use https, or have the operator add {origin} to REELPRESS_HTTP_ALLOW."
        )
    if origin.port not in OPEN_PORTS:
        raise TargetRefusedError(
            f"{origin} uses port {origin.port}; only 80 and 443 are open. Use one of them, "
            f"or have the operator add {origin} to REELPRESS_HTTP_ALLOW."
        )
    return origin


def address_advice(origin: Origin, reason: str) -> str:
    """What to tell about an origin that leads to an address of the refusal table."""
    verb = "is" if origin.address is not None else "resolves to"
    return (
        f"{origin} {verb} {reason}. Use a public address, "
        f"or have the operator add {origin} to REELPRESS_HTTP_ALLOW."
    )


def _check_authority(authority: str) -> None:
    if "@" in authority:
        raise TargetRefusedError("The URL holds a user name or password. Send them as a header instead.")
    if _AUTHORITY.fullmatch(authority) is None or any(character.isspace() for character in authority):
        raise TargetRefusedError(
            "The host or port of the URL is malformed. Write it like https://example.com:443/path."
        )


def _check_host(authority: str, host: str) -> None:
    if ":" in host:
        return
    if len(host) > MAX_NAME_CHARACTERS or _NAME.fullmatch(host) is None:
        raise TargetRefusedError("The host is not a valid name or address. Check its spelling.")
    if not authority.isascii() and "xn--" not in host:
        raise TargetRefusedError(
            "The host is in look-alike characters. Write it in plain letters and digits."
        )
    if _ENDS_IN_NUMBER.fullmatch(host) and as_address(host) is None:
        raise TargetRefusedError("The host is an oddly written IP address. Write it as four decimal numbers.")


def _as_written(text: str, url: URL) -> URL:
    if _EXACT.fullmatch(text) is None:
        return url
    exact = URL(text, encoded=True)
    return URL.build(
        scheme=url.scheme,
        host=url.host_subcomponent or "",
        port=url.explicit_port,
        path=exact.raw_path,
        query_string=exact.raw_query_string,
        encoded=True,
    )
