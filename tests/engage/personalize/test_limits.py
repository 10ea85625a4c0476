"""No template hangs the process or fills its memory, and calculations still come out right."""

import pytest
from hypothesis import given, settings
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
from reelpress.engage.personalize import run as runs

DOUBLED = "{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = KIND %}{% endfor %}"


def render(source: str, user: dict[str, Value] | None = None) -> Rendered | NotSent:
    context = Context(user or {}, None, CampaignFacts("c", "C"))
    return compile_template(source, Destination.PLAIN).render(context)


@pytest.mark.parametrize(
    "source",
    [
        DOUBLED.replace("KIND", "ns.x + ns.x") + "{{ns.x|length}}",
        DOUBLED.replace("KIND", "[ns.x, ns.x]") + "{{ns.x}}",
        DOUBLED.replace("KIND", "{'a': ns.x, 'b': ns.x}") + "{{ns.x|tojson}}",
        "{{ ([1] * 100000000)|tojson }}",
        "{{ (100000000 * UserAttribute['list'])|length }}",
        "{{ 'a'.join(['b'] * 100000000) }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ ('{:1' ~ '000000000}').format(1) }}",
        "{{ '{:{}}'.format(1, 1000000000) }}",
        "{% set x = 'a' * 50000 %}{{ x.replace('a', x)|length }}",
        "{{ 'x'" + "|base64encode" * 100 + " }}",
        "{% set b = 'x' * 90000 %}{% for i in range(9999) %}{% set y = b|base64encode %}{% endfor %}",
    ],
)
def test_a_value_that_would_not_fit_is_never_built(source: str) -> None:
    result = render(source, {"list": [1, 2]})
    assert isinstance(result, NotSent)
    assert result.category == "Unknown"


def test_a_list_is_not_repeated_however_few_steps_that_takes() -> None:
    told = NotSent("Unknown", "lists and objects are not multiplied")
    for source in (
        "{{ ([1] * 100000000)|length }}",
        "{% set n = 9 %}{{ (n * UserAttribute['list']) is sequence }}",
    ):
        assert render(source, {"list": [1]}) == told


def test_a_value_that_is_nested_very_deeply_stops_the_send() -> None:
    deep: Value = 1
    for _ in range(950):
        deep = [deep]
    told = NotSent("Unknown", "a value is nested too deeply")
    assert render("{{UserAttribute['list']}}", {"list": deep}) == told
    source = (
        "{% set ns = namespace(x=1) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ns.x}}"
    )
    assert render(source) == NotSent(
        "Unknown", "a list or object in a calculation is at most 100 levels deep"
    )


def test_filters_in_a_loop_end_with_the_processor_time_of_one_rendering(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "RENDER_CPU_S", 0.02)
    source = "{% set b = range(9999)|list %}{% for i in range(9999) %}{% set c = b|default(1) %}{% endfor %}"
    assert render(source) == NotSent("Unknown", "the template does too much work; shorten its loops")


@pytest.mark.parametrize(
    "source",
    [
        "{% set a = [1] %}" + "".join(f"{{% set a = [a, a, '{n}'] %}}" for n in range(12)) + "{{a}}",
        "{% for a in [[1, 1]] %}" + "{% for b in [[a, a, a, a]] %}{% for a in [[b, b, b]] %}" * 5 + "{{a}}"
        + "{% endfor %}" * 11,
        "{% for a in [1] recursive %}{{ loop([[a, a]]) }}{% endfor %}",
        "{{ " + " + ".join(["1"] * 2000) + " }}",
    ],
    ids=["set", "loops", "recursion", "length"],
)  # fmt: skip
def test_a_template_that_builds_values_from_one_another_is_refused_before_it_runs(source: str) -> None:
    with pytest.raises(TemplateFault):
        compile_template(source, Destination.PLAIN)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% set ns = namespace(t=0) %}{% for p in [1, 2, 3] %}{% set ns.t = ns.t + p * 2 %}{% endfor %}"
         "{{ns.t}}", "12"),
        ("{{ 2 * UserAttribute['n'] + 3 * (4 - -UserAttribute.n)|int }}", "47"),
        ("{{ UserAttribute['list'] + [9] }}", "[7, 9]"),
        ("{{ '{:,} {x} {:>4}'.format(12345, 'b', x='a').replace(',', '.').upper() }}", "12.345 A    B"),
        ("{{ ', '.join(UserAttribute['list'] + ['x']) }}", "7, x"),
        ("{{ 'a' + 'b' * 2 }} {{ -UserAttribute.n + 1 }} {{ 2 ** 3 * 2 }}", "abb -6 16"),
        ("{{ UserAttribute.list[0] * 2 if UserAttribute.n * 1 == 7 else 'no' }}", "14"),
        ("{{ (UserAttribute.n|default(1) + 1)|string|length }}", "1"),
        ("{%+ set a = 'x' %}{{ a.replace('x', \"it's + * .format(\") }}", "it's + * .format("),
    ],
)  # fmt: skip
def test_calculations_and_the_methods_of_texts_come_out_as_written(source: str, text: str) -> None:
    assert render(source, {"n": 7, "list": [7]}) == Rendered(text)


@given(st.lists(st.integers(0, 99), min_size=2, max_size=6), st.data())
@settings(max_examples=40)
def test_a_calculation_is_what_the_language_below_says_it_is(numbers: list[int], data: st.DataObject) -> None:
    parts = [f"({numbers[0]} + n)"]
    for number in numbers[1:]:
        operator = data.draw(st.sampled_from(["+", "*", "-"]))
        parts += [operator, data.draw(st.sampled_from([str(number), f"-{number}", "n", f"(n + {number})"]))]
    expression = " ".join(parts)
    expected = eval(expression, {"n": 7})
    assert render("{% set n = 7 %}{{ " + expression + " }}") == Rendered(str(expected))


def test_a_missing_operand_is_named() -> None:
    missing = NotSent("User Attribute", "UserAttribute 'price' is missing")
    assert render("{{ UserAttribute['price'] * 2 }}") == missing
    assert render("{{ 1 + UserAttribute.price }}") == missing


def test_a_template_is_compiled_once() -> None:
    first = compile_template("{{Campaign.ID}}!", Destination.PLAIN)
    assert compile_template("{{Campaign.ID}}!", Destination.PLAIN) is first
    assert compile_template("{{Campaign.ID}}!", Destination.TEXT) is not first
