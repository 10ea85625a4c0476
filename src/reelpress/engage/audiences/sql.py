"""A rule as a WHERE clause over `profiles p`; every name and value is a parameter.

`$1` is the workspace. Comparisons of attributes read the derived columns (`folded`, `moments`), those
of events the functions of the same names, so that they decide as `match` does.
"""

from collections.abc import Mapping

from reelpress.engage.audiences.comparisons import Arguments, Document, holds
from reelpress.engage.audiences.model import (
    Action,
    Condition,
    Everybody,
    Group,
    Member,
    Reference,
    Rule,
)
from reelpress.engage.audiences.times import Moment, as_time, bounds

_IDS: Mapping[str, str] = {"uid": "p.customer_id", "id": "p.id"}
_SEEN: Mapping[str, str] = {"cr_t": "p.created_at", "u_l_a": "p.last_seen_at"}
_PROFILE = Document("p.attributes", folded="p.folded", moments="p.moments", ids=_IDS, seen=_SEEN)
_EVENT = Document("e.attributes")
_MOST_HINTS = 3


def sql(rule: Rule, moment: Moment, arguments: Arguments) -> str:
    """The condition; its parameters are added to the arguments.

    Raises ValueError for a custom segment that was not expanded.
    """
    return _Writer(moment, arguments).rule(rule, _PROFILE)


class _Writer:
    def __init__(self, moment: Moment, arguments: Arguments) -> None:
        self.moment = moment
        self.arguments = arguments

    def rule(self, rule: Rule, document: Document) -> str:
        match rule:
            case Everybody():
                return "true"
            case Group():
                joined = f" {rule.operator.upper()} ".join(self.rule(part, document) for part in rule.rules)
                return f"NOT ({joined})" if rule.negate else f"({joined})"
            case Condition():
                return _negated(holds(rule, document, self.moment, self.arguments), rule.negate)
            case Action():
                return _negated(self._action(rule), rule.negate)
            case Member():
                return _negated(self._member(rule), rule.negate)
            case Reference():
                raise ValueError(f"the custom segment {rule.segment_id} was not expanded")

    def _member(self, member: Member) -> str:
        listed = self.arguments.add(member.segment_id, "text")
        return (
            "EXISTS (SELECT FROM custom_segment_members m WHERE m.workspace_id = $1 "
            f"AND m.segment_id = {listed} AND m.profile_id = p.id)"
        )

    def _action(self, action: Action) -> str:
        name = self.arguments.add(action.name, "text")
        low, high = bounds(action.window, self.moment)
        inside = self._between(low, high)
        where = self.rule(action.where, _EVENT)
        events = f"FROM events e WHERE e.workspace_id = $1 AND e.name = {name} AND {where}"
        own = f"EXISTS (SELECT {events} AND e.profile_id = p.id"
        if action.turn == "first":
            return f"({own}{inside}) AND NOT {own}{self._before(low)}))"
        if action.turn == "last":
            return f"({own}{inside}) AND NOT {own}{self._from(high)}))"
        if (action.least, action.most) == (1, None):
            return f"{own}{inside})"
        return (
            f"EXISTS (SELECT FROM (SELECT e.profile_id {events}{inside} GROUP BY e.profile_id "
            f"HAVING {self._counted(action)}) c WHERE c.profile_id = p.id)"
        )

    def _counted(self, action: Action) -> str:
        least = self.arguments.add(action.least, "bigint")
        if action.most is not None:
            return f"count(*) BETWEEN {least} AND {self.arguments.add(action.most, 'bigint')}"
        # The planner takes every comparison of a count for one in three. Who did a thing n times is
        # about one in three to the n, so it is told as often: the same comparison, spelled otherwise.
        times = min(action.least, _MOST_HINTS)
        return " AND ".join(f"count(*){' + 0' * hint} >= {least}" for hint in range(times))

    def _between(self, low: float | None, high: float | None) -> str:
        start = "" if low is None or as_time(low) is None else self._from(low)
        end = "" if high is None or as_time(high) is None else self._before(high)
        return start + end

    def _from(self, milliseconds: float | None) -> str:
        """At or after; nothing is after an open end."""
        at = as_time(milliseconds)
        return " AND false" if at is None else f" AND e.user_time >= {self.arguments.add(at, 'timestamptz')}"

    def _before(self, milliseconds: float | None) -> str:
        at = as_time(milliseconds)
        return " AND false" if at is None else f" AND e.user_time < {self.arguments.add(at, 'timestamptz')}"


def _negated(condition: str, negate: bool) -> str:
    return f"NOT {condition}" if negate else condition
