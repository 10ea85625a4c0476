"""`reelpress config`."""

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from reelpress.platform.config import Settings


def show() -> None:
    """Every setting: its name in the environment, its value here, what it means."""
    settings = Settings()
    table = Table("setting", "value", "meaning", show_lines=False)
    for name, field in Settings.model_fields.items():
        table.add_row(f"REELPRESS_{name.upper()}", _shown(getattr(settings, name)), field.description or "")
    Console().print(table)


def _shown(value: object) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, SecretStr):
        return "(set)"
    return ",".join(str(part) for part in value) if isinstance(value, tuple) else str(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - any setting
