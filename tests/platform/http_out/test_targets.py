"""URLs as text: what is read, what is refused, what goes out."""

import pytest

from reelpress.platform.http_out.targets import Origin, TargetRefusedError, read_host, read_url


@pytest.mark.parametrize(
    ("text", "on_the_wire"),
    [
        ("https://media.example", "https://media.example/"),
        ("HTTPS://Media.Example:443/a", "https://media.example/a"),
        ("https://media.example/a%2Fb/../c?x=%2F&y=+%20~", "https://media.example/a%2Fb/../c?x=%2F&y=+%20~"),
        ("https://media.example?q=1", "https://media.example/?q=1"),
        ("https://media.example/a b?n=é", "https://media.example/a%20b?n=%C3%A9"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("http://[2606:4700:0:0::1111]:80/x?a=[1]", "http://[2606:4700::1111]/x?a=[1]"),
        ("https://media.example//double", "https://media.example//double"),
        ("https://my_bucket.s3.example/k", "https://my_bucket.s3.example/k"),
    ],
)
def test_a_url_is_sent_as_it_was_written(text: str, on_the_wire: str) -> None:
    assert str(read_url(text)) == on_the_wire


def test_a_fragment_stays_at_home() -> None:
    assert str(read_url("https://media.example/a?b#c?d")) == "https://media.example/a?b"


def test_an_origin_hides_a_default_port_and_shows_any_other() -> None:
    assert str(Origin.of(read_url("https://media.example:443/x"))) == "https://media.example"
    assert str(Origin.of(read_url("http://[::1]:8700/x"))) == "http://[::1]:8700"


@pytest.mark.parametrize(
    "entry", ["http://127.0.0.1:8700", "http://127.0.0.1:8700/", "HTTP://127.0.0.1:8700"]
)
def test_an_allow_list_entry_is_an_origin(entry: str) -> None:
    assert Origin.parse(entry) == Origin("http", "127.0.0.1", 8700)


@pytest.mark.parametrize(
    "entry",
    [
        "127.0.0.1:8700",
        "http://127.0.0.1:8700/api",
        "http://*.example",
        "http://u@host",
        "",
        "ftp://host",
        "*",
    ],
)
def test_an_allow_list_entry_that_is_no_origin_names_the_setting(entry: str) -> None:
    with pytest.raises(ValueError, match="REELPRESS_HTTP_ALLOW"):
        Origin.parse(entry)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("media.example/x", "absolute URL"),
        ("/relative", "absolute URL"),
        ("", "absolute URL"),
        ("ftp://media.example/", "Use https"),
        ("file:///etc/passwd", "Use https"),
        ("gopher://127.0.0.1:70/_x", "Use https"),
        ("https:///path", "malformed"),
        ("https://media.example:0/", "port 0"),
        ("https://media.example:65536/", "cannot be parsed"),
        ("https://media.example:+443/", "malformed"),
        ("https://media.example:٤٤٣/", "malformed"),
        ("https://me:secret@media.example/", "user name"),
        ("https://media.example/\r\nHost: x", "line break"),
        ("https://media.example/\ud800", "control character"),
        ("https://media.example\\@127.0.0.1/", "user name"),
        ("https://127.0.0.1\\.media.example/", "malformed"),
        ("https://" + "a" * 64 + ".example/", "valid name"),
        ("https://a..example/", "valid name"),
        ("https://media.example/" + "a" * 8_000, "longer than"),
        ("https://①②⑦.⓪.⓪.①/", "look-alike"),
        ("https://127.1/", "oddly written"),
    ],
)
def test_a_url_that_is_not_one_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(TargetRefusedError, match=says):
        read_url(text)


@pytest.mark.parametrize(
    ("text", "host"), [("Mail.Example", "mail.example"), ("::1", "::1"), ("1.2.3.4", "1.2.3.4")]
)
def test_a_bare_host_is_read_in_canonical_form(text: str, host: str) -> None:
    assert read_host(text) == host


@pytest.mark.parametrize(
    "text", ["", "a.example:25", "a.example/x", "u@a.example", "a?b", "[::1]", "a#b", "127.1"]
)
def test_what_is_more_or_less_than_a_host_is_refused(text: str) -> None:
    with pytest.raises(TargetRefusedError):
        read_host(text)
