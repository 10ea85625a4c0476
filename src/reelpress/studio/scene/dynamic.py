"""Whether an element depends on data, told from its properties alone."""

from reelpress.studio.scene.model import Properties
from reelpress.studio.scene.rich import plain_text


def is_dynamic(properties: Properties) -> bool:
    """Tags inside a `{{field}}` of rich text do not hide it."""
    return any(
        name == "reelpress:field" or "{{" in value or (name == "html" and "{{" in plain_text(value))
        for name, value in properties.pairs
    )
