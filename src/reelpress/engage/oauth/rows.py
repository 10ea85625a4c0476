"""Key-value rows, as the forms of authorization configurations and connectors have them."""

from collections.abc import Iterable
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_PAIRS = 100
MAX_VALUE_CHARS = 16_000


class KeyValue(BaseModel):
    """One row: `{"key": "a", "value": "b"}`, or `["a", "b"]` for short."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    key: Annotated[str, Field(min_length=1, max_length=1_000)]
    value: Annotated[str, Field(max_length=MAX_VALUE_CHARS)] = ""

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, given: Any) -> Any:
        if isinstance(given, (list, tuple)):
            pair = cast("list[Any] | tuple[Any, ...]", given)
            if len(pair) == 2:
                return {"key": pair[0], "value": pair[1]}
        return cast("Any", given)


Pairs = Annotated[tuple[KeyValue, ...], Field(max_length=MAX_PAIRS)]


def plain_pairs(rows: Iterable[KeyValue]) -> list[tuple[str, str]]:
    return [(row.key, row.value) for row in rows]
