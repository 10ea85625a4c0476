"""A browser without scripts: a session cookie, forms, and the words a page shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import aiohttp

HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Seen:
    """What came back."""

    status: int
    html: str
    place: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """The page's text without tags, on one line."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    def value_of(self, name: str) -> str:
        """What the input of that name holds."""
        found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', self.html)
        assert found is not None, f"there is no input {name}"
        return unescape(found[1])

    def fields(self) -> dict[str, str]:
        """Every input with a value of its own and every chosen option, as a browser would send them."""
        values: dict[str, str] = {}
        for tag in re.findall(r"<input\b[^>]*>", self.html):
            name, value = _attribute(tag, "name"), _attribute(tag, "value")
            chosen = not re.search(r'type="(radio|checkbox)"', tag) or " checked" in tag
            if name and chosen and 'type="file"' not in tag:
                values[name] = value
        for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', self.html, re.S):
            tags = re.findall(r"<option\b[^>]*>", options)
            picked = next((tag for tag in tags if " selected" in tag), tags[0])
            values[name] = _attribute(picked, "value")
        return values


class Browser:
    """One person's session with the console at `url`."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def sign_in(self, email: str, password: str) -> None:
        seen = await self.post("/console/sign-in", {"email": email, "password": password})
        assert seen.status == 303, seen.words

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Seen:
        async with self._http.get(self._url + path, headers=headers, allow_redirects=False) as answer:
            return await _seen(answer)

    async def post(
        self,
        path: str,
        fields: dict[str, str] | aiohttp.FormData | None = None,
        headers: dict[str, str] | None = None,
    ) -> Seen:
        given = {"Origin": self._url, **(headers or {})}
        call = self._http.post(self._url + path, data=fields or {}, headers=given, allow_redirects=False)
        async with call as answer:
            return await _seen(answer)

    async def upload(self, path: str, files: dict[str, bytes], headers: dict[str, str] | None = None) -> Seen:
        form = aiohttp.FormData()
        for name, content in files.items():
            form.add_field("file", content, filename=name)
        return await self.post(path, form, headers)


async def _seen(answer: aiohttp.ClientResponse) -> Seen:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Seen(answer.status, await answer.text(), headers.get("location", ""), headers)


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""
