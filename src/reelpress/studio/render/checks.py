"""What a designer should know about a plan before customers see it."""

from reelpress.studio.plan.model import Plan
from reelpress.studio.render.fonts import DEFAULT_FAMILY, fonts_for

_GENERIC = frozenset({"", "sans", "sans-serif", "sans serif"})


def warnings_for(plan: Plan) -> tuple[str, ...]:
    """Fonts that are named and not bundled, with what is drawn instead."""
    known = {family.casefold() for family in fonts_for({}).families}
    named = {layer.font for layer in plan.layers if layer.kind == "text"}
    return tuple(
        f"The font {font!r} is not bundled; unless the workspace has it, {DEFAULT_FAMILY} is drawn."
        for font in sorted(named)
        if font.casefold() not in known and font.casefold() not in _GENERIC
    )
