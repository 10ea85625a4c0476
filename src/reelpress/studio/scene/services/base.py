"""What every service shares: its name, its declared parameters, and how their spellings are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal, TypeVar

from reelpress.studio.scene.colours import parse_colour
from reelpress.studio.scene.keyframes import parse_number_keys, parse_rect_keys
from reelpress.studio.scene.model import Profile, Properties, Where
from reelpress.studio.scene.ops import Effect, Keys, Rgba, Source, Wipe

T = TypeVar("T")
Kind = Literal["text", "number", "flag", "colour", "rect", "numbers", "choice"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One MLT property a service understands; `default` in MLT's own spelling. `choices` are the values we
    draw; another one is a fault, because the picture would differ from the editor's."""

    name: str
    kind: Kind
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One element's properties, read as its service declares them. `length` in frames."""

    parameters: tuple[Parameter, ...]
    properties: Properties
    profile: Profile
    length: int
    where: Where

    def text(self, name: str) -> str:
        value = self.properties.get(name)
        return value if value != "" else self._declared(name).default

    def number(self, name: str) -> float:
        return self._read(name, _plain_number)

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"1", "true", "yes", "on"}

    def colour(self, name: str) -> Rgba:
        return self._read(name, parse_colour)

    def numbers(self, name: str) -> Keys:
        if not self.text(name):
            return ()
        return self._read(name, lambda text: parse_number_keys(text, self.fps, self.length))

    def rect(self, name: str) -> Keys:
        if not self.text(name):
            return ()
        profile = self.profile
        return self._read(
            name, lambda text: parse_rect_keys(text, self.fps, self.length, profile.width, profile.height)
        )

    def choice(self, name: str) -> str:
        value = self.text(name).strip().lower()
        choices = self._declared(name).choices
        if value not in choices:
            raise self.where.fault(
                f"{name} = {value!r} is not supported (supported: {', '.join(choices)}).",
                "Choose another setting in the editor.",
            )
        return value

    @property
    def fps(self) -> Fraction:
        return self.profile.fps

    def has(self, name: str) -> bool:
        return self.properties.get(name) != ""

    def _declared(self, name: str) -> Parameter:
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def _read(self, name: str, read: Callable[[str], T]) -> T:
        try:
            return read(self.text(name))
        except ValueError as problem:
            raise self.where.fault(f"property {name!r}: {problem}.", "Correct it in the editor.") from None


class ProducerService:
    """Makes the picture or sound of a clip."""

    names: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        """What is drawn, and effects that belong to the producer itself."""
        raise NotImplementedError


class FilterService:
    """Changes what a clip, track or tractor shows."""

    names: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        """The effect over local positions first..last, or None when the settings change nothing."""
        raise NotImplementedError


class TransitionService:
    """Joins track b to track a."""

    names: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    role: ClassVar[Literal["blend", "dissolve", "sound"]]

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        """How the b track's content changes before it is laid over the tracks below."""
        raise NotImplementedError

    def backwards(self, reading: Reading) -> bool:  # noqa: ARG002 - a dissolve overrides it
        """Whether a dissolve goes from b to a."""
        return False

    def wipe(self, reading: Reading) -> Wipe | None:  # noqa: ARG002 - a dissolve overrides it
        """The order in which a dissolve shows the pixels of b; None where it shows all at once."""
        return None


def _plain_number(text: str) -> float:
    match = re.fullmatch(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*", text)
    if match is None or abs(float(match[1])) > 1e7:
        raise ValueError(f"{text!r} is not a number")
    return float(match[1])
