"""What a request looks like after a redirect (RFC 9110, section 15.4), as pure data."""

import re
from dataclasses import dataclass, replace

from yarl import URL

from reelpress.platform.http_out.model import Headers, OutRequest
from reelpress.platform.http_out.targets import Origin, TargetRefusedError, judge, read_url

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})

# The connection sets these from the checked URL and the body; a caller's value could only contradict them.
OWN_HEADERS = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Whatever else a caller sends may be a credential under any name: it stays with the origin it was meant for.
HEADERS_FOR_STRANGERS = frozenset({"accept", "accept-encoding", "accept-language", "range", "user-agent"})

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


class RedirectRefusedError(Exception):
    """Raised with a sentence that says why a redirect is not followed."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One exchange of a request. `trusted` is the allow-listed origin the caller itself named, if any:
    no answer from elsewhere can lead into it."""

    method: str
    url: URL
    origin: Origin
    headers: Headers
    body: bytes | None
    trusted: Origin | None
    allow_http: bool

    @property
    def listed(self) -> bool:
        return self.trusted == self.origin


def header_refusal(name: str, value: str) -> str | None:
    """Why a header cannot be sent, or None when it can; for forms to ask when a header is saved."""
    if _TOKEN.fullmatch(name) is None:
        return "A header name is empty or holds characters other than letters, digits and -_. Correct it."
    if name.lower() in OWN_HEADERS or name.lower().startswith("proxy-"):
        return f"The header {name} is set by the connection itself. Remove it."
    if _FORBIDDEN_IN_VALUE.search(value):
        return f"The value of the header {name} holds a line break or control character. Remove it."
    return None


def first_hop(request: OutRequest, allowed: frozenset[Origin]) -> Hop:
    """Check a request's text; raises TargetRefusedError."""
    if request.method not in METHODS:
        raise TargetRefusedError(f"The method is not supported. Use one of {', '.join(sorted(METHODS))}.")
    for name, value in request.headers:
        problem = header_refusal(name, value)
        if problem is not None:
            raise TargetRefusedError(problem)
    url = read_url(request.url)
    named = Origin.of(url)
    trusted = named if named in allowed else None
    origin = judge(url, listed=trusted is not None, allow_http=request.allow_http)
    return Hop(request.method, url, origin, request.headers, request.body, trusted, request.allow_http)


def next_hop(hop: Hop, status: int, location: str | None) -> Hop:
    """Follow a redirect; raises RedirectRefusedError, or TargetRefusedError for where it leads."""
    if not location:
        raise RedirectRefusedError(f"{hop.origin} answered {status} without a Location. Fix the endpoint.")
    url = _redirect_url(hop, location)
    same_origin = Origin.of(url) == hop.origin
    # Once a redirect has left the listed origin, whoever answered there would choose the way back in.
    trusted = hop.trusted if same_origin else None
    origin = judge(url, listed=trusted is not None, allow_http=hop.allow_http)
    followed = replace(_with_method_for(hop, status), url=url, origin=origin, trusted=trusted)
    if same_origin:
        return followed
    if followed.body is not None:
        raise RedirectRefusedError(
            f"{hop.origin} redirects to {origin} and asks to send the body there. "
            "Configure the final address instead."
        )
    return replace(followed, headers=_for_strangers(followed.headers))


def _redirect_url(hop: Hop, location: str) -> URL:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        return read_url(location)
    try:
        # An authority-relative reference ("//host/path") is read with the same strictness as a whole URL.
        absolute = f"{hop.url.scheme}:{location}" if location.startswith("//") else None
        return read_url(absolute or str(hop.url.join(URL(location))))
    except (ValueError, UnicodeError):
        raise TargetRefusedError(
            f"{hop.origin} redirects to something that is not a URL. Fix the endpoint."
        ) from None


def _with_method_for(hop: Hop, status: int) -> Hop:
    becomes_get = (status == 303 and hop.method != "HEAD") or (status in (301, 302) and hop.method == "POST")
    if not becomes_get:
        return hop
    kept = tuple((name, value) for name, value in hop.headers if not name.lower().startswith("content-"))
    return replace(hop, method="GET", body=None, headers=kept)


def _for_strangers(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() in HEADERS_FOR_STRANGERS)
