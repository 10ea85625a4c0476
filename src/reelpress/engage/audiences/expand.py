"""Custom segments inside a rule replaced by what they mean (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reelpress.engage.audiences.model import NOBODY, Action, Group, Reference, Rule
from reelpress.engage.audiences.times import Window

MOST_SEGMENTS = 20
"""Custom segments one query may come to hold, each counted as often as it is met."""
DEEPEST_SEGMENTS = 5
"""Custom segments in custom segments."""


class CyclicSegments(Exception):
    """A segment that is, through others, part of itself."""


class TooManySegments(Exception):
    """More segments in a query than `MOST_SEGMENTS`."""


class SegmentsTooDeep(Exception):
    """Segments in segments, deeper than `DEEPEST_SEGMENTS`."""


def references(rule: Rule) -> Iterator[str]:
    """The ids of the custom segments a rule names itself."""
    match rule:
        case Reference():
            yield rule.segment_id
        case Group():
            for part in rule.rules:
                yield from references(part)
        case _:
            return


def expand(rule: Rule, meanings: Mapping[str, Rule]) -> Rule:
    """The rule without references. A segment that is not among the meanings, or that is part of itself,
    holds for nobody."""
    return _Expansion(meanings, strict=False).of(rule, ())


def require_expandable(rule: Rule, meanings: Mapping[str, Rule]) -> None:
    """Raises CyclicSegments, TooManySegments or SegmentsTooDeep."""
    _Expansion(meanings, strict=True).of(rule, ())


def windows(rule: Rule) -> Iterator[tuple[str, Window | None]]:
    """The events an expanded rule asks about: name and time, None where all of them matter."""
    match rule:
        case Action():
            yield rule.name, rule.window if rule.turn == "any" else None
        case Group():
            for part in rule.rules:
                yield from windows(part)
        case _:
            return


class _Expansion:
    def __init__(self, meanings: Mapping[str, Rule], *, strict: bool) -> None:
        self.meanings = meanings
        self.strict = strict
        self.met = 0

    def of(self, rule: Rule, within: tuple[str, ...]) -> Rule:
        match rule:
            case Group():
                return replace(rule, rules=tuple(self.of(part, within) for part in rule.rules))
            case Reference():
                return self._meaning(rule, within)
            case _:
                return rule

    def _meaning(self, reference: Reference, within: tuple[str, ...]) -> Rule:
        self.met += 1
        if self.strict:
            self._check(reference, within)
        segment_id = reference.segment_id
        meaning = NOBODY if segment_id in within else self.meanings.get(segment_id, NOBODY)
        found = self.of(meaning, (*within, segment_id))
        return Group("and", (found,), negate=True) if reference.negate else found

    def _check(self, reference: Reference, within: tuple[str, ...]) -> None:
        if reference.segment_id in within:
            raise CyclicSegments
        if self.met > MOST_SEGMENTS:
            raise TooManySegments
        if len(within) >= DEEPEST_SEGMENTS:
            raise SegmentsTooDeep
