"""Example people: names in several scripts, no two alike, none of a real person."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reelpress.studio.render.fonts import FOLDER


@dataclass(frozen=True, slots=True)
class Person:
    """`font` is a bundled font that has the name's script, for programs that do not look for one."""

    name: str
    font: Path

    @property
    def values(self) -> dict[str, str]:
        return {"name": self.name}


@dataclass(frozen=True, slots=True)
class _Script:
    font: str
    given: tuple[str, ...]
    family: tuple[str, ...]


_SCRIPTS = (
    _Script(
        "NotoSans-Bold.ttf",
        (
            "Asha",
            "Mateo",
            "Ingrid",
            "Tomás",
            "Zoë",
            "Liam",
            "Amélie",
            "Søren",
            "Jürgen",
            "Beatriz",
            "Wanjiru",
        ),
        ("Larkin", "Moreau", "Åkesson", "Fontaine", "Okafor", "Lindqvist", "Pereira", "Novák", "Brandt"),
    ),
    _Script(
        "NotoSansDevanagari-Bold.ttf",
        ("आशा", "विक्रम", "प्रिया", "सुनील", "कविता", "अर्जुन", "मीरा", "राहुल", "श्रेया"),
        ("शर्मा", "पाटील", "वर्मा", "जोशी", "मेहता", "कुलकर्णी", "त्रिपाठी"),
    ),
    _Script(
        "NotoSans-Bold.ttf",
        ("Анна", "Борис", "Галина", "Дмитрий", "Елена", "Иван", "Ксения", "Юрий"),
        ("Белова", "Ветров", "Громов", "Зимина", "Крылов", "Морозова", "Щукин"),
    ),
    _Script(
        "NotoSansTamil-Bold.ttf",
        ("கவிதா", "முருகன்", "லட்சுமி", "சரவணன்", "மீனாட்சி", "குமார்"),
        ("நாதன்", "செல்வம்", "ராஜன்", "பாண்டியன்", "சுந்தரம்"),
    ),
    _Script(
        "NotoSansArabic-Bold.ttf",
        ("ليلى", "يوسف", "مريم", "كريم", "نور", "سامي", "هدى"),
        ("الحداد", "منصور", "الخطيب", "سليمان", "النجار"),
    ),
    _Script(
        "NotoSans-Bold.ttf",
        ("Ελένη", "Νίκος", "Σοφία", "Γιώργος", "Μαρία", "Πέτρος"),
        ("Παππάς", "Βλάχος", "Ιωάννου", "Δήμου", "Ρήγα"),
    ),
)


def people() -> Iterator[Person]:
    """Without end, always in the same order; scripts take turns, and a name never comes twice."""
    rows = [_named(script) for script in _SCRIPTS]
    lap = 0
    while True:
        for row in rows:
            person = row[lap % len(row)]
            again = lap // len(row)
            yield person if not again else Person(f"{person.name} {again + 1}", person.font)
        lap += 1


def first_people(count: int, skip: int = 0) -> list[Person]:
    return list(islice(people(), skip, skip + count))


def _named(script: _Script) -> list[Person]:
    """Every given name with every family name; neighbours differ in both."""
    given, family = script.given, script.family
    return [
        Person(f"{name} {family[(index + turn) % len(family)]}", FOLDER / script.font)
        for turn in range(len(family))
        for index, name in enumerate(given)
    ]
