"""How many connector bodies a second one core personalises."""

import json
import time

from reelpress.engage.personalize import (
    CampaignFacts,
    Context,
    Destination,
    Rendered,
    compile_template,
)

# The body of the Whilter guide: a JSON document with seven placeholders.
CONNECTOR_BODY = """{
 "client-request-id": "MoEngage_{{UserAttribute['MoEngage ID']}}",
 "customer-id": "{{UserAttribute['MoEngage ID']}}",
 "use-case-id": "3f0c2a1e-5a51-4f7e-9a44-6c1a6a0b9b10",
 "user-id": "{{UserAttribute['Phone Number']}}",
 "user-config": {
   "name": "{{UserAttribute['First Name']}}",
   "product_name": "{{EventAttribute['product_name']}}"
 },
 "reference-record-id": "{{Campaign.ID}}"
}"""
CUSTOMERS = 1_000


def renders_per_second(seconds: float = 2.0) -> float:
    """Renders of `CONNECTOR_BODY` in a second of processor time, each for another customer.

    The template is compiled once, as for the sends of a campaign. Raises AssertionError when a rendering
    is not the JSON it should be.
    """
    template = compile_template(CONNECTOR_BODY, Destination.JSON)
    contexts = [_context(number) for number in range(CUSTOMERS)]
    for number in (0, CUSTOMERS - 1):
        _require_right(template.render(contexts[number]), number)
    renders = 0
    started = time.process_time()
    while time.process_time() - started < seconds:
        for context in contexts:
            template.render(context)
        renders += CUSTOMERS
    return renders / (time.process_time() - started)


def _context(number: int) -> Context:
    attributes = {f"custom_{index}": f"value {index}" for index in range(20)}
    return Context(
        {
            **attributes,
            "id": f"{number:024x}",
            "u_fn": f'Asha "{number}"',
            "u_mb": f"+91987654{number:04d}",
        },
        {"product_name": "Lamp & Rug", "price": number},
        CampaignFacts("66e9aa4b1c2d3e4f5a6b7c8d", "Welcome"),
    )


def _require_right(rendered: object, number: int) -> None:
    assert isinstance(rendered, Rendered), rendered
    body = json.loads(rendered.text)
    assert body["customer-id"] == f"{number:024x}"
    assert body["user-config"] == {"name": f'Asha "{number}"', "product_name": "Lamp & Rug"}
