"""An order's values as the fields of one published version. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reelpress.platform import addresses
from reelpress.platform.http_out.targets import Origin, TargetRefusedError, address_advice, judge, read_url
from reelpress.studio.plan import Plan, Resolved, resolve
from reelpress.studio.requests.order import Order, OrderFault


def bind(order: Order, plan: Plan) -> dict[str, str]:
    """Field -> value for the fields of `plan`; what no layer shows is left out.

    The n-th entry of a positional array fills the n-th field of its kind, in the order of the plan. A
    named value wins over a positional one. Surplus entries and names are ignored, as unknown keys are.
    """
    positional = _positional(order, plan)
    names = [field.name for field in plan.fields]
    return {name: order.user_config.get(name) or positional.get(name, "") for name in names}


def resolved_or_fault(order: Order, plan: Plan, values: Mapping[str, str]) -> Resolved:
    """What the layers will show. Raises OrderFault 400 that names the first field at fault."""
    outcome = resolve(plan, values)
    if isinstance(outcome, Resolved):
        return outcome
    first = outcome[0]
    raise OrderFault(400, first.message, field_path(order, plan, first.field))


def check_addresses(order: Order, plan: Plan, urls: Mapping[str, str], http_allow: Sequence[str]) -> None:
    """Refuse a URL whose text alone rules it out; names are resolved and checked when it is fetched.

    `urls` is by field. Raises OrderFault 400 that names the field.
    """
    allowed = frozenset(Origin.parse(entry) for entry in http_allow)
    for name, value in urls.items():
        if (reason := _url_refusal(value, allowed)) is not None:
            raise OrderFault(400, reason, field_path(order, plan, name))


def profile_key(order: Order, field: str) -> str:
    """The value that names the customer's profile to the egress: a reference of the wire, or a field."""
    reference = order.reference(field)
    value = reference if reference is not None else order.user_config.get(field, "")
    if not value.strip():
        path = field if reference is not None else f"user-config.{field}"
        raise OrderFault(
            400, f"{field} is missing or empty: it names the profile that receives the media URL", path
        )
    return value


def field_path(order: Order, plan: Plan, name: str) -> str:
    """Where in the request a field's value is, or should be."""
    if name in order.user_config or not order.arrays:
        return f"user-config.{name}"
    for kind, array in _arrays(order, plan):
        names = [field.name for field in plan.fields if field.kind == kind]
        if name in names and array in order.arrays:
            return f"{array}[{names.index(name)}]"
    return f"user-config.{name}"


def _positional(order: Order, plan: Plan) -> dict[str, str]:
    values: dict[str, str] = {}
    for kind, array in _arrays(order, plan):
        names = [field.name for field in plan.fields if field.kind == kind]
        values.update(zip(names, order.arrays.get(array, ()), strict=False))
    return values


def _arrays(order: Order, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Kind of field -> the array whose entries fill fields of that kind."""
    return (("text", _text_array(order, plan)), ("image", "image-urls"), ("video", "video-urls"))


def _text_array(order: Order, plan: Plan) -> str:
    """A video takes `video-texts`, an image `image-texts`; the other array stands in where it is alone."""
    own, other = (
        ("image-texts", "video-texts") if plan.output.kind == "image" else ("video-texts", "image-texts")
    )
    return other if other in order.arrays and own not in order.arrays else own


def _url_refusal(text: str, allowed: frozenset[Origin]) -> str | None:
    try:
        url = read_url(text)
        listed = Origin.of(url) in allowed
        origin = judge(url, listed=listed, allow_http=False)
    except TargetRefusedError as fault:
        return str(fault)
    if listed or origin.address is None:
        return None
    reason = addresses.refusal(origin.address)
    return None if reason is None else address_advice(origin, reason)
