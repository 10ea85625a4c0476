from bench.loads import LOADS, Load, customers_of
from bench.people import first_people, people


def test_nine_of_ten_customers_of_shared90_show_a_value_seen_before() -> None:
    served = customers_of(Load("shared90", "f10", 30, "shared90"), people(), [])
    repeats = [index for index, person in enumerate(served) if person in served[:index]]
    assert len(served) == 30
    assert len(repeats) == 27


def test_customers_of_known_were_all_rendered_before() -> None:
    seen = first_people(3)
    assert customers_of(Load("known", "f10", 7, "known"), people(), seen) == [*seen, *seen, seen[0]]


def test_distinct_customers_go_on_where_the_last_round_stopped() -> None:
    fresh = people()
    load = Load("f10", "f10", 4)
    assert [*customers_of(load, fresh, []), *customers_of(load, fresh, [])] == first_people(8)


def test_a_load_that_borrows_rival_figures_borrows_those_of_the_same_template() -> None:
    by_name = {load.name: load for load in LOADS}
    assert all(by_name[load.rival_of].case == load.case for load in LOADS if load.rival_of)
