"""Look behind the demo's figures, while it is up: `python tools/verify_demo.py --demo .reelpress`.

Nothing the program says about itself is believed. The raw mails are read, the picture's `src` and the link
are taken from their HTML, each address is fetched as four kinds of client would, and what comes back is
decoded to the last frame. Exit 0: all is well; 1: something is not, and the table says what.
"""

import argparse
import email
import email.policy
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from media_facts import MediaFault, check_jpeg, check_moving_picture, check_mp4, template_shape

from reelpress.demo.customers import CUSTOMERS, Customer

EXAMPLES = Path(__file__).parents[1] / "examples" / "templates"
TIMEOUT_S = 60
LONGEST_URL = 100
VARY = {"accept", "sec-fetch-dest", "user-agent"}
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
NAVIGATION = {
    "User-Agent": CHROME,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "Accept-Language": "en-GB,en;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Upgrade-Insecure-Requests": "1",
}
PICTURE = {
    "User-Agent": CHROME,
    "Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9",
    "Sec-Fetch-Dest": "image",
    "Sec-Fetch-Mode": "no-cors",
    "Sec-Fetch-Site": "cross-site",
}
MAIL_PROXY = {
    "User-Agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Accept": "*/*",
}
CURL = {"User-Agent": "curl/8.5.0", "Accept": "*/*"}
PLAYER = {"User-Agent": CHROME, "Accept": "*/*", "Sec-Fetch-Dest": "video", "Sec-Fetch-Mode": "no-cors"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one client got. Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a customer's medium must be, read from the template's own file."""

    video: bool
    width: int
    height: int
    frames: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    customer: str
    client: str
    found: str
    fault: str = ""


class Wrong(Exception):
    """What a person would complain about."""


def main() -> int:
    """Check every customer of the demo."""
    origin, token = _access(_arguments())
    mails = read_mails(origin, token)
    lines = [line for customer in CUSTOMERS for line in check_customer(customer, mails, origin)]
    print_lines(lines)
    faults = sum(bool(line.fault) for line in lines)
    print(f"\n{len(CUSTOMERS)} customers, {len(lines)} checks, {faults} faults")
    return 1 if faults else 0


def check_customer(customer: Customer, mails: Mapping[str, list[bytes]], origin: str) -> list[Line]:
    """Her mail, then her medium as each client."""
    try:
        html, facts = check_mail(customer, mails.get(customer.email, []))
        url = check_addresses(html, customer, origin)
    except Wrong as wrong:
        return [Line(customer.id, "mail", "", str(wrong))]
    expected = expected_of(customer)
    clients: tuple[tuple[str, Callable[[str, Expected], str]], ...] = (
        ("browser navigation", check_navigation),
        ("browser <img>", check_picture),
        ("mail image proxy", check_mail_proxy),
        ("curl, ranges", check_download),
    )
    lines = [Line(customer.id, "mail", facts)]
    for name, check in clients:
        try:
            lines.append(Line(customer.id, name, check(url, expected)))
        except (Wrong, MediaFault) as wrong:
            lines.append(Line(customer.id, name, "", str(wrong)))
    return lines


def check_mail(customer: Customer, raws: Sequence[bytes]) -> tuple[str, str]:
    """The HTML of her one mail. The name stands in subject and text exactly as she wrote it."""
    if len(raws) != 1:
        raise Wrong(f"{len(raws)} mails instead of one")
    message = email.message_from_bytes(raws[0], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    missing = [name for name in ("From", "To", "Subject", "Date", "Message-ID") if not message[name]]
    if missing or any(part.defects for part in message.walk()):
        raise Wrong(f"the mail is malformed: {missing or [part.defects for part in message.walk()]}")
    if customer.first_name not in str(message["Subject"]):
        raise Wrong(f"the subject does not hold her name: {str(message['Subject'])!r}")
    part = message.get_body(("html",))
    if part is None:
        raise Wrong("the mail has no HTML")
    html = part.get_content()
    if customer.first_name not in _Reading.of(html).text:
        raise Wrong("a reader of the mail does not see her name as she wrote it")
    return html, f"{len(raws[0])} bytes, subject {str(message['Subject'])[:40]!r}"


def check_addresses(html: str, customer: Customer, origin: str) -> str:
    """The one address, as `src` of the picture and as link. Short, ours, without personal data."""
    reading = _Reading.of(html)
    if len(reading.sources) != 1 or not reading.links:
        raise Wrong(f"expected one picture and a link, found {reading.sources} and {reading.links}")
    if set(reading.links) != set(reading.sources):
        raise Wrong(f"picture and link differ: {reading.sources} {reading.links}")
    url = reading.sources[0]
    if not url.startswith(f"{origin}/m/") or len(url) > LONGEST_URL:
        raise Wrong(f"not a short address of ours: {url}")
    personal = (customer.id, customer.phone, customer.phone[1:], customer.email, customer.first_name)
    if any(value in url for value in personal):
        raise Wrong(f"personal data in the address: {url}")
    return url


def check_navigation(url: str, expected: Expected) -> str:
    """A page that plays the film (or shows the picture), and the film behind it as the player fetches it."""
    page = _fetch(url, NAVIGATION)
    _must(page, 200, "text/html")
    reading = _Reading.of(page.body.decode())
    shown = reading.films if expected.video else reading.sources
    if len(shown) != 1:
        raise Wrong(f"the page shows {shown}")
    _one_answer_for_each_client(page)
    for wanted in ("og:title", "og:image", "twitter:card"):
        if wanted not in reading.meta:
            raise Wrong(f"the page lacks {wanted}")
    address = urllib.parse.urljoin(url, shown[0])
    if not expected.video:
        picture = _fetch(address, PICTURE)
        _must(picture, 200, "image/jpeg")
        return "page, " + check_jpeg(picture.body, expected.width, expected.height)
    film = _fetch(address, PLAYER | {"Range": "bytes=0-"})
    _must(film, 206, "video/mp4")
    poster = _fetch(urllib.parse.urljoin(url, reading.posters[0]), PICTURE)
    _must(poster, 200, "image/jpeg")
    check_jpeg(poster.body, expected.width, expected.height)
    return "page, poster, " + _film(film.body, expected)


def check_picture(url: str, expected: Expected) -> str:
    """An <img>: a moving preview of a film, the picture itself of an image campaign."""
    answer = _fetch(url, PICTURE)
    _one_answer_for_each_client(answer)
    if not expected.video:
        _must(answer, 200, "image/jpeg")
        return check_jpeg(answer.body, expected.width, expected.height)
    _must(answer, 200, "image/webp")
    return check_moving_picture(answer.body, "WEBP", expected.width / expected.height)


def check_mail_proxy(url: str, expected: Expected) -> str:
    """What a mail program's proxy fetches for all its readers."""
    answer = _fetch(url, MAIL_PROXY)
    _one_answer_for_each_client(answer)
    if not expected.video:
        _must(answer, 200, "image/jpeg")
        return check_jpeg(answer.body, expected.width, expected.height)
    _must(answer, 200, "image/gif")
    return check_moving_picture(answer.body, "GIF", expected.width / expected.height)


def check_download(url: str, expected: Expected) -> str:
    """The whole file by one address, and any part of it."""
    whole = _fetch(url, CURL)
    _must(whole, 200, "video/mp4" if expected.video else "image/jpeg")
    _one_answer_for_each_client(whole)
    middle, size = len(whole.body) // 2, len(whole.body)
    for first, last in ((0, 99), (middle, middle + 4095), (size - 10, size - 1)):
        part = _fetch(url, CURL | {"Range": f"bytes={first}-{last}"})
        _must(part, 206, whole.kind)
        last = min(last, size - 1)
        if part.headers.get("content-range") != f"bytes {first}-{last}/{size}":
            raise Wrong(f"Content-Range {part.headers.get('content-range')!r} for {first}-{last} of {size}")
        if part.body != whole.body[first : last + 1]:
            raise Wrong(f"bytes {first}-{last} are not those of the whole file")
    if _fetch(url, CURL | {"Range": f"bytes={size}-"}).status != 416:
        raise Wrong("a range beyond the end is not refused")
    if _fetch(url, CURL | {"If-None-Match": whole.headers.get("etag", "")}).status != 304:
        raise Wrong("the entity tag is not honoured")
    head = _fetch(url, CURL, method="HEAD")
    if head.body or head.headers.get("content-length") != str(size):
        raise Wrong("HEAD does not describe the file")
    if expected.video:
        return _film(whole.body, expected)
    return check_jpeg(whole.body, expected.width, expected.height)


def expected_of(customer: Customer) -> Expected:
    """Size and length from the template document, not from the program."""
    document = EXAMPLES / customer.use_case / f"{customer.use_case}.mlt"
    shape = template_shape(document)
    return Expected(
        customer.use_case != "cart", shape.width, shape.height, shape.frames, shape.frames / float(shape.rate)
    )


def read_mails(origin: str, token: str) -> dict[str, list[bytes]]:
    """Raw messages by recipient (the envelope's, as `To` reads)."""
    mails: dict[str, list[bytes]] = {}
    before = ""
    while True:
        page = _api(origin, token, f"/api/v1/mailbox/messages?limit=200{before}")
        for summary in page["messages"]:
            raw = _api(origin, token, f"/api/v1/mailbox/messages/{summary['id']}/raw")
            to = email.message_from_bytes(raw, policy=email.policy.default)["To"]
            for address in to.addresses:
                mails.setdefault(address.addr_spec, []).append(raw)
        if not page["next"]:
            return mails
        before = f"&before={page['next']}"


def print_lines(lines: Sequence[Line]) -> None:
    widths = [max(len(getattr(line, name)) for line in lines) for name in ("customer", "client")]
    last = ""
    for line in lines:
        shown = "" if line.customer == last else line.customer
        verdict = f"WRONG: {line.fault}" if line.fault else f"ok     {line.found}"
        print(f"{shown:<{widths[0]}}  {line.client:<{widths[1]}}  {verdict}")
        last = line.customer


@lru_cache(maxsize=8)  # several clients get the same bytes: they are decoded once
def _film(body: bytes, expected: Expected) -> str:
    return check_mp4(body, (expected.width, expected.height), expected.frames, expected.duration_s)


def _must(answer: Answer, status: int, kind: str) -> None:
    if (answer.status, answer.kind) != (status, kind):
        raise Wrong(f"expected {status} {kind}, got {answer.status} {answer.kind}: {answer.body[:80]!r}")
    if int(answer.headers.get("content-length", -1)) != len(answer.body):
        raise Wrong(f"Content-Length {answer.headers.get('content-length')} for {len(answer.body)} bytes")


def _one_answer_for_each_client(answer: Answer) -> None:
    vary = {name.strip().lower() for name in answer.headers.get("vary", "").split(",")}
    if not vary >= VARY:
        raise Wrong(f"Vary is {answer.headers.get('vary')!r}: a cache would mix up clients")


def _fetch(url: str, headers: Mapping[str, str], method: str = "GET") -> Answer:
    request = urllib.request.Request(url, headers=dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return _answer(answer.status, answer)
    except urllib.error.HTTPError as answer:
        return _answer(answer.code, answer)
    except OSError as fault:
        raise Wrong(f"no answer: {fault}") from fault


def _answer(status: int, answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status, headers, answer.read())


def _api(origin: str, token: str, path: str) -> Any:
    answer = _fetch(origin + path, {"Authorization": f"Bearer {token}"})
    if answer.status != 200:
        sys.exit(f"verify_demo: GET {path} was answered {answer.status}: {answer.body[:200]!r}")
    return json.loads(answer.body) if answer.kind == "application/json" else answer.body


class _Reading(HTMLParser):
    """What a reader of an HTML document sees and can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.links: list[str] = []
        self.films: list[str] = []
        self.posters: list[str] = []
        self.meta: set[str] = set()
        self.text = ""

    @classmethod
    def of(cls, html: str) -> "_Reading":
        reading = cls()
        reading.feed(html)
        reading.close()
        return reading

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.sources.append(given.get("src", ""))
        elif tag == "a" and "download" not in given:
            self.links.append(given.get("href", ""))
        elif tag == "video":
            self.films.append(given.get("src", ""))
            self.posters.append(given.get("poster", ""))
        elif tag == "meta":
            self.meta |= {given.get("property", ""), given.get("name", "")}

    def handle_data(self, data: str) -> None:
        self.text += data


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--demo", type=Path, default=Path(".reelpress"), metavar="DIR", help="the demo's data directory"
    )
    parser.add_argument("--origin", help="instead of --demo: where the program answers")
    parser.add_argument("--token", help="with --origin: the workspace token")
    return parser.parse_args()


def _access(given: argparse.Namespace) -> tuple[str, str]:
    if given.origin and given.token:
        return given.origin.rstrip("/"), given.token
    path = given.demo / "demo-access.json"
    try:
        facts = json.loads(path.read_text())
    except OSError:
        sys.exit(
            f"verify_demo: {path} cannot be read; start `reelpress demo` first, or name --origin and --token"
        )
    return facts["origin"], facts["api_token"]


if __name__ == "__main__":
    sys.exit(main())
