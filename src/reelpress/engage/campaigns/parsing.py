"""Parsing at the door, with every field that is wrong."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reelpress.platform.errors import Detail, Refusal, Refusals

Model = TypeVar("Model", bound=BaseModel)


class Faults:
    """What several checks refuse, gathered so that all of it is said at once."""

    def __init__(self) -> None:
        self._found: list[Refusal] = []

    @contextmanager
    def gathered(self) -> Generator[None]:
        """Inside, a refusal is kept and what follows it is skipped; the block is left as if it were done."""
        try:
            yield
        except Refusal as fault:
            self._found.append(fault)

    def add(self, fault: Refusal) -> None:
        self._found.append(fault)

    def refuse(self) -> None:
        """Raises Refusals when there is a fault; status, code and remedy are those of the first."""
        if not self._found:
            return
        first = self._found[0]
        details = [detail for fault in self._found for detail in _details(fault, alone=len(self._found) == 1)]
        raise Refusals(first.status, first.code, details, fix=first.fix) from first


def parse(model: type[Model], given: Any, field: str) -> Model:
    """`given` as a model. Raises Refusals (400) that name every wrong field below `field`."""
    try:
        return model.model_validate(given)
    except ValidationError as fault:
        errors = fault.errors(include_input=False, include_url=False, include_context=False)
        raise Refusals(400, "invalid_field", [_detail(field, one) for one in errors]) from None


def fault_at(field: str, message: str, line: int | None, *, fix: str | None = None) -> Refusal:
    """A fault in a template or rule, with field and line."""
    where = field if line is None else f"{field}, line {line}"
    return Refusal(400, "invalid_field", f"{where}: {message}", field=field, fix=fix)


def _detail(field: str, error: Any) -> Detail:
    place = ".".join([field, *(str(part) for part in error["loc"])])
    return Detail(place, f"{place}: {error['msg']}")


def _details(fault: Refusal, *, alone: bool) -> list[Detail]:
    """The remedy of one among many stands with its message."""
    if isinstance(fault, Refusals):
        return list(fault.details)
    told = fault.message if alone or fault.fix is None else f"{fault.message}; {fault.fix}"
    return [Detail(fault.field, told)]
