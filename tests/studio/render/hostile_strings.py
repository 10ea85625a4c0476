"""500 values nobody wants to see in a name, by kind; the same ones on every run."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\u2062\u2063\u2064\u115f\u3164\uffa0"
NEWLINES = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\t", "\n\r"]
QUOTES = "'\"`´‘’‚“”„‹›«»「」『』′″\\|^~"
SYNTAX = [
    "{{name}}", "{{ name }}", "{{name|upper}}", "{{{name}}}", "{{}}", "}}{{", "{{title}} {{other}}",
    "{{a.b:c-d}}", "{% if x %}y{% endif %}", "{% include '/etc/passwd' %}", "{# comment #}",
    "{{ ''.__class__.__mro__ }}", "${name}", "${jndi:ldap://x/y}", "#{name}", "<%= name %>", "%(name)s",
    "%s%n%x%d", "{0}", "{name!r:>{width}}", "#timecode#", "#frame#", "#createdate#",
    "#meta.media.0.codec.name#", "\\#frame#", "#localtime %Y#", "#resource#", "0=0;50=1",
    "0~=0 0 100 100 1;25|=5", "color:#ff0000", "avformat:/etc/passwd", "consumer:xml", "+hello.txt",
    "drawtext=text='x':x=0", "%{localtime}", "%{pts\\:hms}", "%{eif\\:n\\:d}", "text=a:b\\,c[in]",
    "[0:v]overlay[out]", "<script>alert(1)</script>", "<b>bold</b>", "<span foreground='red'>x</span>",
    "&amp;", "&lt;x&gt;", "&#x41;", "&#0;", "&xxe;", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "]]>",
    "<![CDATA[x]]>", "<!-- x -->", "<?xml version='1.0'?>",
    "<property name=\"resource\">/etc/passwd</property>", "</property></filter></mlt>",
    "<img src=x onerror=y>", "{\"name\": \"x\"}", "\\u0041", "\\ud83d", "null", "true", "NaN", "[1, 2",
    "\"}", "\\", "\\\\", "\\n", "\\0", "'; DROP TABLE clients; --", "1' OR '1'='1", "Robert'); --",
    "/* x */", "0x27", "$$x$$", "E'\\x41'", "a\\'b", "$(id)", "`id`", "; rm -rf x", "| cat", "&& true",
    "> out", "< in", "*", "?", "~", "!x", "$HOME", "-rf", "--help", "../../etc/passwd", "/dev/zero",
    "C:\\Windows\\x", "\\\\host\\share", "file:///etc/passwd", "javascript:alert(1)", "=1+1",
    "=HYPERLINK(\"x\")", "+1", "-1", "@SUM(1)", "0", "-0", "1e999", "\u0661\u0662\u0663", "None",
    "undefined", "CON", "nul.txt", "\\{\\{name\\}\\}", "{\\rtf1 x}", "\\input{x}", "\\def\\x{\\x}", "$x^2$",
    "%PDF-1.4", "a\\\nb",
]  # fmt: skip
EMOJI = ["👩", "👨", "👧", "👦", "🧑", "💻", "❤", "👋", "🏴", "🇮", "🇳", "1", "#", "✨", "🫱",
         "🏽", "🏿", "\ufe0f", "\ufe0e", "\u20e3", "\u200d", "\U000e0067", "\U000e007f", "♂"]  # fmt: skip
SCRIPTS = [
    "Asha",
    "प्रिया",
    "فاطمة",
    "שושנה",
    "王小明",
    "김민준",
    "สมชาย",
    "லக்ஷ்மி",
    "Ελένη",
    "Наталья",
    "ᠮᠣᠩ",
    "ߒߞߏ",
    "𞤀𞤣",
    "ꦗꦮ",
]
LETTERS = "aZअমகקمก王한Ж"
MARKS = (
    "\u0300\u0301\u0323\u0338\u0489\u20dd\u0651\u064b\u05b8\u0e49\u0e31\u0941\u094d\u0d4d\ua66f\u1ab0\u1dc0"
)

Make = Callable[[random.Random, int], str]


def hostile_strings() -> dict[str, list[str]]:
    """Kind -> strings; 500 in all, no two alike."""
    kinds: dict[str, list[str]] = {"syntax": list(SYNTAX)}
    for kind, (count, make) in _MADE.items():
        kinds[kind] = list(_distinct(count, make, random.Random(kind)))
    return kinds


def _distinct(count: int, make: Make, dice: random.Random) -> Iterator[str]:
    seen: set[str] = set()
    while len(seen) < count:
        text = make(dice, len(seen))
        if text not in seen:
            seen.add(text)
            yield text


def _sprinkled(controls: str) -> Make:
    """Letters of some writing with the given characters put anywhere between."""

    def make(dice: random.Random, _: int) -> str:
        letters = list(" ".join(dice.sample(SCRIPTS, dice.randint(1, 3))))
        for _ in range(dice.randint(1, 8)):
            letters.insert(dice.randint(0, len(letters)), dice.choice(controls))
        return "".join(letters)

    return make


def _quoted(dice: random.Random, _: int) -> str:
    return "".join(dice.choice([*QUOTES, "O", "x", " "]) for _ in range(dice.randint(2, 20)))


def _newlines(dice: random.Random, number: int) -> str:
    if number < len(NEWLINES):
        return f"one{NEWLINES[number]}two"
    return "".join(dice.choice([*NEWLINES, "a", "ب", "क"]) for _ in range(dice.randint(2, 30)))


def _long(dice: random.Random, number: int) -> str:
    unit = [
        *SCRIPTS,
        "x",
        "word ",
        "\U0001f469\u200d\U0001f4bb",
        "\u202e",
        "\ue000",
        "a\u0301",
        "﷽",
        "\U00012000",
        "\u200b",
    ]
    return (unit[number % len(unit)] * 10_000)[: 10_000 - number]


def _stacked(dice: random.Random, _: int) -> str:
    return "".join(
        dice.choice(LETTERS) + "".join(dice.choice(MARKS) for _ in range(dice.randint(1, 60)))
        for _ in range(dice.randint(1, 8))
    )


def _emoji(dice: random.Random, _: int) -> str:
    return "".join(dice.choice(EMOJI) for _ in range(dice.randint(1, 24)))


def _variation(dice: random.Random, _: int) -> str:
    selectors = [chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE0110), 0x180B, 0x180C)]
    return "".join(dice.choice("a王☎1क❤") + dice.choice(selectors) for _ in range(dice.randint(1, 8)))


def _surrogates(dice: random.Random, _: int) -> str:
    halves = [chr(dice.randint(0xD800, 0xDFFF)) for _ in range(dice.randint(1, 4))]
    return "".join(dice.choice(["a", "अ", "", "👋"]) + half for half in halves) + dice.choice(["", "z"])


def _any(dice: random.Random, _: int) -> str:
    return "".join(chr(dice.randrange(0x110000)) for _ in range(dice.randint(1, 40)))


def _assigned(dice: random.Random, _: int) -> str:
    picked = (chr(dice.randrange(0x20000)) for _ in range(400))
    return "".join(text for text in picked if unicodedata.category(text) not in {"Cn", "Cs"})[:30]


_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
_PRIVATE = "\ue000\ue123\uf8ff\U000f0000\U000ffffd\U00100000\U0010fffd"
_NONCHARACTERS = "\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0010ffff\ufffd\ufffc\ufff9\ufffb"
_MADE: Mapping[str, tuple[int, Make]] = {
    "quotes": (30, _quoted),
    "controls": (35, _sprinkled(_CONTROLS)),
    "overrides": (55, _sprinkled(OVERRIDES)),
    "zero width": (30, _sprinkled(ZERO_WIDTH)),
    "surrogates": (20, _surrogates),
    "long": (24, _long),
    "stacked marks": (30, _stacked),
    "emoji": (40, _emoji),
    "private use": (15, _sprinkled(_PRIVATE)),
    "noncharacters": (15, _sprinkled(_NONCHARACTERS)),
    "variation selectors": (20, _variation),
    "newlines": (35, _newlines),
    "anything": (20, _any),
    "anything assigned": (16, _assigned),
}
