from itertools import islice

from bench.people import first_people, people


def test_no_two_people_share_a_name() -> None:
    names = [person.name for person in islice(people(), 2_000)]
    assert len(set(names)) == len(names)


def test_the_same_people_come_in_the_same_order() -> None:
    assert first_people(20, skip=5) == first_people(25)[5:]


def test_several_scripts_take_turns_and_each_has_a_font() -> None:
    six = first_people(6)
    assert len({ord(person.name[0]) >> 7 for person in six}) >= 5
    assert all(person.font.exists() for person in six)
