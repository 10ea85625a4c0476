"""Names, missing values, fallbacks and the language itself."""

from datetime import UTC, datetime

import pytest

from reelpress.engage.personalize import (
    CampaignFacts,
    Context,
    Destination,
    NotSent,
    Reference,
    Rendered,
    TemplateFault,
    Value,
    compile_template,
    references,
)

CAMPAIGN = CampaignFacts("66e9aa4b1c2d3e4f5a6b7c8d", "Welcome", ("onboarding",))


def context(
    user: dict[str, Value] | None = None,
    event: dict[str, Value] | None = None,
    display_names: dict[str, str] | None = None,
) -> Context:
    return Context(user or {}, event, CAMPAIGN, display_names or {})


def render(source: str, given: Context | None = None, destination: Destination = Destination.PLAIN):
    return compile_template(source, destination).render(given or context())


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("First Name", "u_fn"),
        ("u_fn", "u_fn"),
        ("first_name", "u_fn"),
        ("Last Name", "u_ln"),
        ("Name", "u_n"),
        ("Email (Standard)", "u_em"),
        ("Email", "u_em"),
        ("Phone Number", "u_mb"),
        ("Mobile Number (Standard)", "u_mb"),
        ("Gender", "u_gd"),
        ("Birthday", "u_bd"),
        ("ID", "uid"),
        ("MoEngage ID", "id"),
        ("whilter_video_url", "whilter_video_url"),
    ],
)
def test_a_user_attribute_is_found_by_key_and_by_display_name(name: str, key: str) -> None:
    source = f"{{{{UserAttribute['{name}']}}}}"
    assert render(source, context({key: "found"})) == Rendered("found")


def test_a_custom_display_name_stands_for_its_key() -> None:
    given = context({"tier_code": "gold"}, display_names={"Loyalty Tier": "tier_code"})
    assert render("{{UserAttribute['Loyalty Tier']}}", given) == Rendered("gold")


def test_a_custom_attribute_called_like_a_tracked_one_does_not_hide_it() -> None:
    given = context({"First Name": "custom", "u_fn": "tracked"}, display_names={"First Name": "First Name"})
    assert render("{{UserAttribute['First Name']}}", given) == Rendered("tracked")


def test_a_name_computed_in_the_template_is_found_too() -> None:
    source = "{% set wanted = 'First Name' %}{{UserAttribute[wanted]}}"
    assert render(source, context({"u_fn": "Meera"})) == Rendered("Meera")


def test_campaign_facts_and_event_attributes_are_readable() -> None:
    given = context(event={"product_name": "Lamp", "products[0].brand": "Lantern"})
    source = "{{Campaign.ID}} {{Campaign.Name}} {{Campaign['id']}} {{EventAttribute['products[0].brand']}}"
    assert render(source, given) == Rendered(f"{CAMPAIGN.id} Welcome {CAMPAIGN.id} Lantern")


@pytest.mark.parametrize(
    ("source", "category", "message"),
    [
        ("{{UserAttribute['city']}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{{UserAttribute['First Name']}}", "User Attribute", "UserAttribute 'First Name' is missing"),
        ("{{UserAttribute.city}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{{UserAttribute.nothing}}", "User Attribute", "UserAttribute 'nothing' is missing"),
        ("{{UserAttribute['city']|upper}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{{UserAttribute['city']|urlencode}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{% set c = UserAttribute['city'] %}{{c}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{{EventAttribute['price']}}", "Event Attribute", "EventAttribute 'price' is missing"),
        ("{% for x in EventAttribute['items'] %}{{x}}{% endfor %}", "Event Attribute",
         "EventAttribute 'items' is missing"),
        ("{{BusinessEventAttribute['season']}}", "Event Attribute",
         "BusinessEventAttribute 'season' is missing"),
        ("{{ProductSet.Recs[0].title}}", "Undefined", "ProductSet 'Recs' is missing"),
        ("{{ContentBlock['footer']}}", "Undefined", "ContentBlock 'footer' is missing"),
        ("{{user.city}}", "User Attribute", "UserAttribute 'city' is missing"),
        ("{{event['price']|upper}}", "Event Attribute", "EventAttribute 'price' is missing"),
        ("{{Campaign.Owner}}", "Campaign Attribute", "Campaign 'Owner' is missing"),
        ("{{Weather.today}}", "Undefined", "`Weather` is undefined"),
        ("{{UserAttribute['city']|default('MOE_NOT_SEND')}}", "User Attribute",
         "UserAttribute 'city' is missing; its fallback is not to send"),
        ("{% MOE_NOT_SEND('no consent') %}", "Custom error message", "no consent"),
        ("{%- MOE_NOT_SEND -%}", "Custom error message", "the template asked not to send"),
        ("{{UserAttribute['u_n'] + 1}}", "Unknown",
         "line 1: tried to use + operator on unsupported types string and number"),
    ],
)  # fmt: skip
def test_what_is_missing_stops_the_send_and_is_named(source: str, category: str, message: str) -> None:
    assert render(source, context({"nothing": None, "u_n": "Asha"})) == NotSent(category, message)  # pyright: ignore[reportArgumentType] - a literal of the table


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{UserAttribute['city']|default('Pune')}}", "Pune"),
        ("{{UserAttribute['nothing']|default('Pune')}}", "Pune"),
        ("{{UserAttribute['empty']|default('Pune')}}", ""),
        ("{{UserAttribute['empty']|default('Pune', true)}}", "Pune"),
        ("{{UserAttribute['empty']}}", ""),
        ("{{EventAttribute['price']|default(0)}}", "0"),
        ("{% if UserAttribute['city'] %}a{% else %}b{% endif %}", "b"),
        ("{% if UserAttribute['city'] is defined %}a{% else %}b{% endif %}", "b"),
        ("{{UserAttribute['known']|default('MOE_NOT_SEND')}}", "yes"),
        ("{% if UserAttribute['known'] == 'no' %}{% MOE_NOT_SEND('x') %}{% endif %}go", "go"),
        ("{% raw %}{{UserAttribute['city']}}{% endraw %}", "{{UserAttribute['city']}}"),
    ],
)
def test_fallbacks_and_presence_tests_are_not_failures(source: str, text: str) -> None:
    given = context({"nothing": None, "empty": "", "known": "yes"})
    assert render(source, given) == Rendered(text)


def test_the_words_of_a_customer_never_stop_a_send() -> None:
    assert render("{{UserAttribute['u_fn']}}", context({"u_fn": "MOE_NOT_SEND"})) == Rendered("MOE_NOT_SEND")


@pytest.mark.parametrize(
    "name", ["{{Campaign.ID}}", "{% MOE_NOT_SEND('x') %}", "{#", "\ufdd0", "\ufdd1" + "0"]
)
def test_template_syntax_in_a_value_is_only_text(name: str) -> None:
    assert render("<{{UserAttribute['u_fn']}}>", context({"u_fn": name})) == Rendered(f"<{name}>")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{'a b&c'|urlencode}}", "a%20b%26c"),
        ("{{'a%20b'|urldecode}}", "a b"),
        ("{{'नमस्ते'|base64encode|base64decode}}", "नमस्ते"),
        ("{{'x'|convertToSHA256NoSalt}}", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),
        ("{{'x'|convertToSHA256('y')}}", "769a4e6d0003189c7e96c5d9b7e810a0d11c3a12832527ec94b0f86d277f51ca"),
        ("{{'2026-01-05T20:00:00Z'|dateTimeFormatter('dd MMM yyyy HH:mm', timeZone='Asia/Kolkata')}}",
         "06 Jan 2026 01:30"),
        ("{{'2026-01-05T20:00:00Z'|dateTimeFormatter('h:mm a', timeZone='Asia/Kolkata', tzOffset=60)}}",
         "9:00 PM"),
        ("{{'2026-01-05'|dateFormatter('EEEE, d MMMM')}}", "Monday, 5 January"),
        ("{{1767643200|dateTimeFormatter('%Y')}}", "2026"),
        ("{{['a','b']|join(', ')|upper}}", "A, B"),
        ("{{'14/10/2020'|dateFormatter('%m/%d/%Y')}}", "10/14/2020"),
        ("{{'2012-01-19 17:21:00 CST'|dateTimeFormatter('%H:%M')}}", "17:21"),
        ("{{'2012-01-19 17:21:00 CST'|dateTimeFormatter('%d %H:%M', timeZone='Asia/Kolkata', "
         "tzOffset=-1000)}}", "20 04:51"),
        ("{{'2012-01-19 17:21:00'|dateTimeFormatter('HH:mm', tzOffset=none, "
         "timeZone='Asia/Kolkata')}}", "22:51"),
        ("{{'12/10/2020'|days('14/10/2020')}} {{'2020-10-14T23:00:00Z'|days('2020-10-12')}}", "2 -2"),
        ("{{'%m/%d/%Y'|today('EST')}} {{'dd.MM.'|today('Asia/Kolkata')}}", "01/05/2026 06.01."),
        ("{{'one two three'|truncate(12, leeway=0)}}|{{'one two three four'|truncate(9, true, '~', 0)}}",
         "one two...|one two ~"),
        ("{{'a b, c'|wordcount}}{{'a'|center(3)}}{{'aa bb'|wordwrap(2, wrapstring='/')}}", "3 a aa/bb"),
        ("{{['a', 'b', 'c']|random in ['a', 'b', 'c']}} {{ {'a': 1}|attr('a') }}", "true 1"),
        ("{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}"
         "{% if i == 3 %}{% break %}{% endif %}{{i}}{% endfor %}", "02"),
        ("{{'meera'|capitalize}} {{3.14159|round(2)}} {{'abc'[1:]}}", "Meera 3.14 bc"),
    ],
)  # fmt: skip
def test_the_filters_of_the_language_work(source: str, text: str) -> None:
    now = datetime(2026, 1, 6, 2, 30, tzinfo=UTC)
    assert render(source, Context({}, None, CAMPAIGN, now=now)) == Rendered(text)


def test_what_a_customer_draws_at_random_stays_the_same_for_her() -> None:
    source = "{{['a', 'b', 'c', 'd']|random}}"
    drawn = {name: render(source, context({"id": name})) for name in ("u1", "u2", "u3", "u4", "u5", "u6")}
    assert drawn == {name: render(source, context({"id": name})) for name in drawn}
    assert len(set(drawn.values())) > 1


def test_every_object_of_the_language_is_read() -> None:
    given = Context(
        {"u_fn": "Asha"},
        {"product": "Lamp"},
        CAMPAIGN,
        business_event={"season": "Season 1"},
        product_sets={"Recs": [{"title": "Rug"}]},
        content_blocks={"footer": "Bye"},
    )
    source = (
        "{{BusinessEventAttribute['season']}} {{ProductSet.Recs[0].title}} {{ContentBlock['footer']}} "
        "{{user.first_name}} {{event.product}} {{Campaign.Tags|join}}"
    )
    assert render(source, given) == Rendered("Season 1 Rug Bye Asha Lamp onboarding")


def test_a_loop_may_call_its_variable_like_an_object() -> None:
    source = "{% for user in ['a', 'b'] %}{{user}}{% endfor %}{% set event = {'x': 1} %}{{event.x}}"
    assert render(source) == Rendered("ab1")


@pytest.mark.parametrize(
    "source",
    ["{{'no date'|dateTimeFormatter('yyyy')}}", "{{'x'|dateTimeFormatter(zone='y')}}", "{{'*'|base64decode}}",
     "{{'2026-01-01'|dateTimeFormatter('yyyy', timeZone='Nowhere/Land')}}"],
)  # fmt: skip
def test_a_filter_that_cannot_work_stops_the_send_without_repeating_the_value(source: str) -> None:
    result = render(source)
    assert isinstance(result, NotSent)
    assert result.category == "Unknown"
    assert "no date" not in result.message


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("one\n{{ UserAttribute['x' }}", 2, "unexpected"),
        ("{{ x|shout }}", 1, "there is no filter 'shout'"),
        ("\n\n{% include 'x' %}", 3, "'include' is not available"),
        ("{% macro m() %}{% endmacro %}", 1, "'macro' is not available"),
        ("{% set x %}captured{% endset %}", 1, "set block"),
        ("{% if true %}", 1, "unexpected end"),
        ("a \ufdd0 b", None, "U+FDD0"),
    ],
)
def test_a_fault_is_told_with_its_line_before_anything_is_sent(
    source: str, line: int | None, words: str
) -> None:
    with pytest.raises(TemplateFault) as fault:
        compile_template(source, Destination.PLAIN)
    assert fault.value.line == line
    assert words in fault.value.message


@pytest.mark.parametrize(
    "source",
    ["{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
     "{{ 'a' * 900000000 }}", "{{ 'a'|indent(900000000) }}", "{{ '%0900000000d'|format(1) }}"],
)  # fmt: skip
def test_a_template_cannot_keep_the_machine_busy(source: str) -> None:
    assert render(source) == NotSent("Unknown", "the template does too much work; shorten its loops")


def test_what_comes_out_is_of_a_bounded_size() -> None:
    source = "{% set big = 'x' * 50000 %}{% for i in range(9999) %}{{big}}{% endfor %}"
    assert render(source) == NotSent("Unknown", "the rendered text is longer than 1000000 characters")
    with pytest.raises(TemplateFault, match="longer than 512000"):
        compile_template("x" * 512_001, Destination.PLAIN)
    assert render("x" * 512_000) == Rendered("x" * 512_000)


@pytest.mark.parametrize("name", ["items", "keys", "get", "pop", "copy", "__class__", "__len__"])
def test_an_attribute_called_like_a_method_of_the_language_below_is_only_an_attribute(name: str) -> None:
    source = f"{{{{UserAttribute['{name}']}}}}"
    assert render(source) == NotSent("User Attribute", f"UserAttribute '{name}' is missing")
    assert render(source, context({name: "mine"})) == Rendered("mine")


def test_a_template_cannot_change_the_data_it_reads() -> None:
    given = context({"list": [1], "map": {"a": 1}})
    for call in ("list.append(2)", "list.clear()", "map.update(b=1)", "map.pop('a')"):
        assert isinstance(render(f"{{% do UserAttribute.{call} %}}", given), NotSent)
    assert given.user == {"list": [1], "map": {"a": 1}}


def test_lists_and_objects_are_read_by_loops_and_filters() -> None:
    given = context(
        {"lines": [{"name": "Lamp", "price": 3}, {"name": "Rug", "price": 4.5}], "map": {"b": 2, "a": 1}}
    )
    source = (
        "{% for line in UserAttribute.lines %}{{loop.index}}:{{line.name}} {% endfor %}"
        "{{UserAttribute.lines|sum(attribute='price')}} {{UserAttribute.lines[1].name}} "
        "{% for key, value in UserAttribute.map|dictsort %}{{key}}={{value}} {% endfor %}"
        "{{UserAttribute.map}} {{UserAttribute.lines|map(attribute='name')|join('+')}}"
    )
    assert render(source, given) == Rendered('1:Lamp 2:Rug 7.5 Rug a=1 b=2 {"b": 2, "a": 1} Lamp+Rug')


def test_the_engine_shows_nothing_of_itself() -> None:
    assert render("{{ debug() }}") == NotSent("Unknown", "line 1: debug is unknown")
    assert isinstance(render("{{ Campaign.__class__ }}"), NotSent)


def test_the_names_a_template_uses_are_listed_once_each_in_order() -> None:
    source = (
        "Hi {{UserAttribute['First Name']}} UserAttribute['text'] {{ EventAttribute.product|default('x') }}"
        "{% if UserAttribute[\"First Name\"] %}{{Campaign.ID}}{% endif %}{# UserAttribute['comment'] #}"
    )
    assert references(source) == (
        Reference("UserAttribute", "First Name", has_default=False),
        Reference("EventAttribute", "product", has_default=True),
        Reference("Campaign", "ID", has_default=False),
    )
