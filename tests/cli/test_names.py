import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.cli.names import MAX_BYTES, Names, safe_stem


def named(*wanted: str, chosen: bool = True) -> list[str]:
    names = Names(".mp4", chosen=chosen)
    return [names.of(number, word) for number, word in enumerate(wanted, start=1)]


def test_without_a_wish_files_are_numbered_and_say_nothing_about_anybody() -> None:
    assert named("Asha", "Bo", chosen=False) == ["000001.mp4", "000002.mp4"]


def test_a_wish_is_kept_and_an_empty_one_takes_the_number() -> None:
    assert named("Asha", "", "आशा") == ["Asha.mp4", "000002.mp4", "आशा.mp4"]


def test_equal_wishes_are_told_apart_also_where_capitals_are_not() -> None:
    assert named("asha", "Asha", "asha", "asha-2") == ["asha.mp4", "Asha-2.mp4", "asha-3.mp4", "asha-2-2.mp4"]


@pytest.mark.parametrize(
    "wanted", ["../../etc/passwd", "/etc/passwd", "..", ".hidden", "a\\b", "a\x00b", "-rf", "a:b"]
)
def test_a_name_never_leads_out_of_the_folder(wanted: str) -> None:
    assert re.fullmatch(r"[\w][\w.-]*|", safe_stem(wanted))


@pytest.mark.parametrize("wanted", ["con", "NUL", "Com1.txt"])
def test_a_name_that_some_systems_reserve_is_changed(wanted: str) -> None:
    assert safe_stem(wanted) == f"_{wanted}"


@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_wishes_give_safe_unique_names_and_the_same_again(wanted: list[str]) -> None:
    names = named(*wanted)
    assert names == named(*wanted)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert "/" not in name
        assert "\x00" not in name
        assert not name.startswith((".", "-"))
        assert len(name.encode()) <= MAX_BYTES + 20
