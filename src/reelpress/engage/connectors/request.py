"""From a spec to the request of one customer. Pure: nothing here asks the network or the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from reelpress.engage.connectors.model import (
    Authorization,
    ConnectorFault,
    ConnectorSpec,
    Fault,
    PreparedRequest,
    PreviewedRequest,
)
from reelpress.engage.oauth import BodyType, KeyValue
from reelpress.engage.oauth.masking import MASK
from reelpress.engage.oauth.masking import origin_of as plain_origin_of
from reelpress.engage.personalize import (
    Context,
    Destination,
    NotSent,
    Template,
    TemplateFault,
    compile_template,
)
from reelpress.engage.personalize.escape.json_text import json_fault
from reelpress.engage.personalize.source import hide_tags, show_tags, tokens
from reelpress.platform.http_out import header_refusal

_CREDENTIALS: Final = frozenset({"authorization", "authentication", "proxy-authorization", "cookie"}) | {
    "x-api-key",
    "api-key",
    "x-auth-token",
}
_JSON_TYPE: Final = "application/json"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_PLAIN_TYPE: Final = "text/plain; charset=utf-8"
_CONTENT_TYPES: Final = {Destination.JSON: _JSON_TYPE, Destination.FORM: _FORM_TYPE}


def compile_connector(spec: ConnectorSpec) -> CompiledConnector:
    """Raises ConnectorFault with every fault of every template."""
    return _Compiling(with_query_as_parameters(spec)).result()


def preview(spec: ConnectorSpec, context: Context, *, prefix: str = "Bearer") -> PreviewedRequest | NotSent:
    """The rendered request with credentials masked; `prefix` is the OAuth configuration's.

    Give it the spec as it is shown: no secret is needed to look at a request.
    """
    prepared = compile_connector(spec).build(context)
    if isinstance(prepared, NotSent):
        return prepared
    headers = tuple((k, MASK if k.lower() in _CREDENTIALS else v) for k, v in prepared.headers)
    if prepared.authorization is not None:
        shown = prefix if prepared.authorization.prefix is None else prepared.authorization.prefix
        headers = with_header(headers, prepared.authorization.key, f"{shown} {MASK}".strip())
    body = None if prepared.body is None else _readable(prepared.body.decode())
    return PreviewedRequest(prepared.method, _readable(prepared.url), headers, body)


def _readable(text: str) -> str:
    """A mask stays one where values are percent-encoded."""
    return text.replace(quote(MASK), MASK)


def origin_of(url: str) -> str:
    """Scheme and authority of a URL template, in lower case; values never stand in them."""
    return plain_origin_of(hide_tags(url)[0])


def with_query_as_parameters(spec: ConnectorSpec) -> ConnectorSpec:
    """The query string written in the URL as parameters before the others; a fragment is never sent."""
    hidden, tags = hide_tags(spec.url)
    base, _, query = hidden.partition("#")[0].partition("?")
    pairs = [
        KeyValue(key=show_tags(key, tags), value=show_tags(value, tags))
        for key, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None)
        if key
    ]
    return spec.model_copy(update={"url": show_tags(base, tags), "parameters": (*pairs, *spec.parameters)})


def with_header(headers: tuple[tuple[str, str], ...], name: str, value: str) -> tuple[tuple[str, str], ...]:
    """`headers` with this one in place of any of the same name."""
    kept = (header for header in headers if header[0].lower() != name.lower())
    return (*kept, (name, value))


@dataclass(frozen=True, slots=True)
class _Pair:
    key: Template
    value: Template


@dataclass(frozen=True, slots=True)
class _Body:
    """Either one text or rows, which `body_type` turns into bytes."""

    body_type: BodyType
    content_type: str
    text: Template | None
    rows: tuple[_Pair, ...]


@dataclass(frozen=True, slots=True)
class CompiledConnector:
    """Compiled once per campaign version, built once per send."""

    method: str
    url: Template
    parameters: tuple[_Pair, ...]
    headers: tuple[tuple[str, Template], ...]
    body: _Body | None
    authorization: Authorization | None
    timeout_s: float
    allow_http: bool

    @property
    def templates(self) -> Iterator[Template]:
        """Every template of it."""
        yield self.url
        yield from (value for _, value in self.headers)
        rows = () if self.body is None else self.body.rows
        for pair in (*self.parameters, *rows):
            yield from (pair.key, pair.value)
        if self.body is not None and self.body.text is not None:
            yield self.body.text

    def build(self, context: Context) -> PreparedRequest | NotSent:
        """The request for one customer, or why there is none."""
        try:
            return self._build(_Rendering(context))
        except _NotSendable as stopped:
            return stopped.reason

    def _build(self, rendering: _Rendering) -> PreparedRequest:
        url = rendering.text(self.url)
        if self.parameters:
            pairs = rendering.pairs(self.parameters)
            url += "?" + urlencode(pairs, quote_via=quote)
        headers = tuple((name, rendering.text(value)) for name, value in self.headers)
        body = None if self.body is None else _encoded(self.body, rendering)
        if self.body is not None and not any(name.lower() == "content-type" for name, _ in headers):
            headers = (*headers, ("Content-Type", self.body.content_type))
        return PreparedRequest(
            self.method, url, headers, body, self.authorization, self.timeout_s, self.allow_http
        )


def _encoded(body: _Body, rendering: _Rendering) -> bytes:
    if body.text is not None:
        return rendering.text(body.text).encode()
    rows = rendering.pairs(body.rows)
    if body.body_type is BodyType.form:
        return urlencode(rows).encode()
    return json.dumps(dict(rows), ensure_ascii=False).encode()


class _NotSendable(Exception):
    def __init__(self, reason: NotSent) -> None:
        super().__init__(reason.category)
        self.reason = reason


class _Rendering:
    """Renders templates for one context; stops at the first that cannot be."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def text(self, template: Template) -> str:
        rendered = template.render(self._context)
        if isinstance(rendered, NotSent):
            raise _NotSendable(rendered)
        return rendered.text

    def pairs(self, pairs: tuple[_Pair, ...]) -> list[tuple[str, str]]:
        return [(self.text(pair.key), self.text(pair.value)) for pair in pairs]


class _Compiling:
    """Compiles every template of a spec and keeps all faults, so that a form can show them at once."""

    def __init__(self, spec: ConnectorSpec) -> None:
        self._spec = spec
        self._faults: list[Fault] = []

    def result(self) -> CompiledConnector:
        spec = self._spec
        compiled = (
            self._template("url", spec.url, Destination.URL),
            self._pairs("parameters", spec.parameters, Destination.PARAMETER),
            self._headers(),
            self._body(),
        )
        url, parameters, headers, body = compiled
        if self._faults or url is None:
            raise ConnectorFault(tuple(self._faults))
        return CompiledConnector(
            spec.method, url, parameters, headers, body, spec.authorization, spec.timeout_s, spec.allow_http
        )

    def _template(self, field: str, source: str, destination: Destination) -> Template | None:
        try:
            return compile_template(source, destination)
        except TemplateFault as fault:
            self._faults.append(Fault(field, fault.message, fault.line))
            return None

    def _pairs(self, field: str, pairs: tuple[KeyValue, ...], destination: Destination) -> tuple[_Pair, ...]:
        compiled = [
            (
                self._template(f"{field}.{index}.key", pair.key, destination),
                self._template(f"{field}.{index}.value", pair.value, destination),
            )
            for index, pair in enumerate(pairs)
        ]
        return tuple(_Pair(key, value) for key, value in compiled if key is not None and value is not None)

    def _headers(self) -> tuple[tuple[str, Template], ...]:
        headers: list[tuple[str, Template]] = []
        for index, pair in enumerate(self._spec.headers):
            refusal = header_refusal(pair.key, "")
            if refusal is not None:
                self._faults.append(Fault(f"headers.{index}.key", refusal))
            value = self._template(f"headers.{index}.value", pair.value, Destination.HEADER)
            if value is not None:
                headers.append((pair.key, value))
        if self._spec.authorization is not None:
            refusal = header_refusal(self._spec.authorization.key, self._spec.authorization.prefix or "")
            if refusal is not None:
                self._faults.append(Fault("authorization.key", refusal))
        return tuple(headers)

    def _body(self) -> _Body | None:
        spec = self._spec
        if not spec.body:
            return None
        if spec.method == "GET":
            self._faults.append(Fault("body", "A GET request has no body. Choose POST, PUT or DELETE."))
            return None
        if isinstance(spec.body, str):
            destination = _destination(spec)
            text = self._template("body", spec.body, destination)
            return _Body(spec.body_type, _CONTENT_TYPES.get(destination, _PLAIN_TYPE), text, ())
        if spec.body_type is BodyType.raw:
            self._faults.append(Fault("body", "A raw body is text. Choose JSON or FORM for rows."))
            return None
        form = spec.body_type is BodyType.form
        rows = self._pairs("body", spec.body, Destination.PARAMETER if form else Destination.PLAIN)
        return _Body(
            spec.body_type, _CONTENT_TYPES[Destination.FORM if form else Destination.JSON], None, rows
        )


def _destination(spec: ConnectorSpec) -> Destination:
    """How values in a text body are escaped: by body type, by declared content type, by what it reads as."""
    assert isinstance(spec.body, str)
    if spec.body_type is BodyType.json:
        return Destination.JSON
    if spec.body_type is BodyType.form:
        return Destination.FORM
    declared = next((pair.value.lower() for pair in spec.headers if pair.key.lower() == "content-type"), "")
    for word, destination in _DECLARED:
        if word in declared:
            return destination
    if _begins_as_json(spec.body) and (not declared or json_fault(list(tokens(spec.body)))[0] is None):
        return Destination.JSON
    return Destination.PLAIN


_DECLARED: Final = (
    ("json", Destination.JSON),
    ("x-www-form-urlencoded", Destination.FORM),
    ("html", Destination.HTML),
    ("xml", Destination.HTML),
)


def _begins_as_json(body: str) -> bool:
    texts = (token.text.strip() for token in tokens(body) if token.kind == "text")
    return next((text for text in texts if text), "")[:1] in {"{", "["}
