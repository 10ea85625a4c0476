"""A value never changes the structure of what it is placed in."""

import html
import json
from html.parser import HTMLParser
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.engage.personalize import (
    CampaignFacts,
    Context,
    Destination,
    NotSent,
    Rendered,
    TemplateFault,
    Value,
    compile_template,
)

HOSTILE = [
    'Robert "Bob" O\'Neil',
    '{"a": [1]}',
    "{{UserAttribute}}",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "back\\slash",
    "\u202eevil\u202d",
    "line\r\nX-Injected: 1",
    "a&b=c#d?e%20f+g",
    "../../admin",
    "मीरा 🎬 مريم தமிழ்",
    "nul\x00\x1b[0m\u2028\u2029",
    "",
]
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
ANY_TEXT = st.one_of(st.text(), st.sampled_from(HOSTILE))


def render(source: str, destination: Destination, value: Value, **more: Value) -> Rendered | NotSent:
    context = Context({"u_fn": value, **more}, None, CampaignFacts("c", "C"))
    return compile_template(source, destination).render(context)


def text(source: str, destination: Destination, value: Value, **more: Value) -> str:
    result = render(source, destination, value, **more)
    assert isinstance(result, Rendered), result
    return result.text


NAME = "{{UserAttribute['First Name']}}"


@given(ANY_TEXT)
def test_any_text_inside_a_json_string_round_trips(value: str) -> None:
    body = text(f'{{"a": "<{NAME}>", "k": ["x{NAME}"], "{NAME}y": 1}}', Destination.JSON, value)
    assert json.loads(body) == {"a": f"<{value}>", "k": [f"x{value}"], f"{value}y": 1}


@given(
    st.recursive(
        st.one_of(ANY_TEXT, st.booleans(), st.integers(-(2**53), 2**53), FLOATS),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=8,
    )
)  # fmt: skip
def test_any_value_outside_quotes_is_that_json_value(value: Value) -> None:
    body = text(f'{{"a": {NAME}, "b": {{{{UserAttribute.u_fn|tojson}}}}}}', Destination.JSON, value)
    assert json.loads(body) == {"a": value, "b": value}


def test_a_text_that_looks_like_json_stays_a_text() -> None:
    assert json.loads(text(f'{{"a": {NAME}}}', Destination.JSON, '[1, {"b": 2}]')) == {"a": '[1, {"b": 2}]'}


def test_escapes_written_by_the_author_do_not_confuse_the_walk() -> None:
    source = f'{{"q\\"uote\\\\": "{NAME}", "after": {NAME}, "end\\\\": "{NAME}"}}'
    value = 'a"b'
    expected = {'q"uote\\': value, "after": value, "end\\": value}
    assert json.loads(text(source, Destination.JSON, value)) == expected


def test_values_are_escaped_for_where_they_stand_in_whichever_branch_is_taken() -> None:
    source = '{"a": {% if Campaign.ID %}"' + NAME + '"{% else %}' + NAME + "{% endif %}}"
    assert json.loads(text(source, Destination.JSON, 'x"y')) == {"a": 'x"y'}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('{"a": "x",}', 1),
        ('{\n  "a": "{{Campaign.ID}}"\n  "b": 1\n}', 3),
        ('{"a": "\\{{Campaign.ID}}"}', 1),
        ('{"a": NaN}', None),
        ("", None),
    ],
)
def test_a_body_that_is_not_json_is_refused_at_compile_time(source: str, line: int | None) -> None:
    with pytest.raises(TemplateFault) as fault:
        compile_template(source, Destination.JSON)
    if line is not None:
        assert fault.value.line == line


def test_a_branch_that_breaks_the_json_stops_the_send() -> None:
    source = '{"a": 1{% if Campaign.ID %},{% endif %}}'
    assert render(source, Destination.JSON, "x") == NotSent("Unknown", "the rendered body is not valid JSON")


@given(ANY_TEXT)
def test_any_text_in_a_url_stays_in_its_segment_and_parameter(value: str) -> None:
    result = render(f"https://media.example/p/x{NAME}/y?n={NAME}&m=1", Destination.URL, value)
    assert isinstance(result, Rendered)
    parts = urlsplit(result.text)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "media.example", "")
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", "p", f"x{value}", "y"]
    assert parse_qs(parts.query, keep_blank_values=True) == {"n": [value], "m": ["1"]}


def test_what_the_urlencode_filter_encoded_is_not_encoded_twice() -> None:
    source = "https://media.example/?n={{UserAttribute.u_fn|urlencode}}"
    assert text(source, Destination.URL, "a b&c") == "https://media.example/?n=a%20b%26c"


@pytest.mark.parametrize("value", ["..", ".", "%2e%2e"])
def test_a_value_cannot_walk_up_the_path(value: str) -> None:
    result = render(f"https://media.example/a/{NAME}/b", Destination.URL, value)
    if "%" in value:
        assert result == Rendered("https://media.example/a/%252e%252e/b")
    else:
        assert isinstance(result, NotSent)


@pytest.mark.parametrize(
    "source",
    [
        NAME,
        f"{NAME}://host/",
        f"https://{NAME}/",
        f"https://{NAME}.media.example/",
        f"https://media.example{NAME}",
        f"https://media.example:{NAME}/",
        f"https://user{NAME}@media.example/",
        "{% if Campaign.ID %}https://a.example/{% else %}https://b.example/{% endif %}",
        "https://{% if Campaign.ID %}a{% endif %}.example/",
    ],
)
def test_the_origin_of_a_url_must_be_written_out(source: str) -> None:
    with pytest.raises(TemplateFault, match="scheme and host"):
        compile_template(source, Destination.URL)


@given(ANY_TEXT)
def test_a_header_takes_one_line_or_nothing(value: str) -> None:
    result = render(f"v={NAME}", Destination.HEADER, value)
    if isinstance(result, NotSent):
        assert result.message == "a header may not hold line breaks or control characters"
        assert any(ord(character) < 32 or ord(character) == 127 for character in value)
    else:
        assert "\r" not in result.text
        assert "\n" not in result.text
        assert result.text == f"v={value}"


@given(ANY_TEXT)
def test_a_subject_is_one_line(value: str) -> None:
    subject = text(f"Hi {NAME},\n your film", Destination.TEXT, value)
    assert len(subject.splitlines()) == 1
    assert "\u202e" not in subject


@given(ANY_TEXT)
def test_a_whatsapp_parameter_is_one_line_with_single_spaces_and_never_empty(value: str) -> None:
    result = render(NAME, Destination.WHATSAPP, value)
    if isinstance(result, NotSent):
        assert result.message == "a WhatsApp parameter may not be empty"
        assert not value.strip(
            "\u202d\u202e\x00\x1b " + "".join(map(chr, range(33))) + "\x7f\x85\u2028\u2029"
        ).strip()
    else:
        assert len(result.text.splitlines()) == 1
        assert "  " not in result.text
        assert "\t" not in result.text


@given(ANY_TEXT)
def test_any_text_in_a_form_body_stays_in_its_field(value: str) -> None:
    body = text(f"a={NAME}&b=2", Destination.FORM, value)
    assert parse_qsl(body, keep_blank_values=True) == [("a", value), ("b", "2")]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(markup: str) -> _Tags:
    tags = _Tags()
    tags.feed(markup)
    tags.close()
    return tags


@given(ANY_TEXT.filter(lambda value: not set(value) & set("\r\x00\u202d\u202e")))
def test_any_text_in_html_stays_text(value: str) -> None:
    source = f'<p title="{NAME}" data-x=\'{NAME}\'>{NAME}</p><a href="https://x.example/?n={NAME}">go</a>'
    found = parsed(text(source, Destination.HTML, value))
    assert [tag for tag, _ in found.tags] == ["p", "a"]
    assert found.tags[0][1] == [("title", value), ("data-x", value)]
    assert found.text == value + "go"
    href = found.tags[1][1][0][1] or ""
    assert parse_qs(urlsplit(href).query, keep_blank_values=True) == {"n": [value]}


@given(ANY_TEXT.filter(lambda value: "\x00" not in value))
def test_an_attribute_without_quotes_holds_too(value: str) -> None:
    found = parsed(text(f"<p title={NAME}>x</p>", Destination.HTML, value + "."))
    assert [name for name, _ in found.tags[0][1]] == ["title"]
    assert found.text == "x"


def test_the_picture_of_a_mail_takes_its_whole_address_from_the_profile() -> None:
    source = '<img style="max-width: 100%" src="{{UserAttribute[\'video\']}}" alt="Your film">'
    url = "https://media.example/m/4xGd?a=1&b=2"
    markup = text(source, Destination.HTML, "", video=url)
    assert html.unescape(markup) == f'<img style="max-width: 100%" src="{url}" alt="Your film">'
    assert "&amp;" in markup


@pytest.mark.parametrize(
    "value",
    ["javascript:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x",
     "//evil.example", "/local", "https:\\\\evil", "vbscript:x"],
)  # fmt: skip
def test_a_link_from_the_profile_must_be_a_web_address(value: str) -> None:
    assert isinstance(render(f'<a href="{NAME}">x</a>', Destination.HTML, value), NotSent)


def test_a_link_cannot_be_completed_into_code() -> None:
    assert isinstance(render(f'<a href="java{NAME}">x</a>', Destination.HTML, "script:alert(1)"), NotSent)


@pytest.mark.parametrize(
    "source",
    [
        f"<script>var n = '{NAME}'</script>",
        f"<STYLE>p {{ color: {NAME} }}</style>",
        f'<p onclick="{NAME}">',
        f"<p {NAME}>",
        f"<{NAME}>",
        f"<!-- {NAME} -->",
        f"<a href=\"javascript:f('{NAME}')\">",
        f'<iframe srcdoc="{NAME}">',
    ],
)
def test_places_where_no_value_is_safe_are_refused_at_compile_time(source: str) -> None:
    with pytest.raises(TemplateFault, match="a value may not"):
        compile_template(source, Destination.HTML)


def test_conditional_comments_are_read_as_the_markup_they_become() -> None:
    source = f'<!--[if mso]><td title="{NAME}"><![endif]--><p>{NAME}</p>'
    markup = text(source, Destination.HTML, '"><b>')
    assert markup.count("&gt;&lt;b&gt;") == 1 + markup.count("&quot;&gt;&lt;b&gt;")


def test_a_style_takes_plain_measures_only() -> None:
    source = '<p style="width: {{UserAttribute.u_fn}}">x</p>'
    assert text(source, Destination.HTML, "40%") == '<p style="width: 40%">x</p>'
    assert isinstance(render(source, Destination.HTML, "1; background: url(//evil)"), NotSent)


def test_escaping_cannot_be_switched_off() -> None:
    assert text("{{UserAttribute.u_fn|safe}}", Destination.HTML, "<b>") == "&lt;b&gt;"
    assert text("{{UserAttribute.u_fn|e}}", Destination.HTML, "<b>") == "&lt;b&gt;"
