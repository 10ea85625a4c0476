"""Parsing at the door, with the field that is wrong."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reelpress.platform.errors import Refusal

Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], given: Any, field: str) -> Model:
    """`given` as a model. Raises Refusal (400) that names the first wrong field below `field`."""
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        first = fault.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join([field, *(str(part) for part in first["loc"])])
        raise Refusal(400, "invalid_field", f"{place}: {first['msg']}", field=place) from None


def fault_at(field: str, message: str, line: int | None, *, fix: str | None = None) -> Refusal:
    """A fault in a template or rule, with field and line."""
    where = field if line is None else f"{field}, line {line}"
    return Refusal(400, "invalid_field", f"{where}: {message}", field=field, fix=fix)
