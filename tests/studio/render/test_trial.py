"""Guards between which the pieces of a span can be joined: tried, and drawn anew where a block loses much."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.plan.model import Band
from reelpress.studio.render.bands import Piece, Splicer, pieces_of
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import Coded
from reelpress.studio.render.planes import Frame, black
from reelpress.studio.render.proof import Lost
from reelpress.studio.render.trial import Shown, Trial, causes_of

WIDTH, HEIGHT = 640, 640
ROWS, COLUMNS = HEIGHT // 16, WIDTH // 16
BANDS = [Band(18, 20, ("name",))]
KEPT_ABOVE, BAND, KEPT_BELOW = pieces_of(BANDS, HEIGHT) or ()
FIRST = Guards.first(WIDTH)


def nothing_lost(rows: int = ROWS, columns: int = COLUMNS) -> Lost:
    return Lost(np.zeros((rows, columns)), np.zeros((rows, columns)))


def losing(*blocks: tuple[int, int]) -> Lost:
    found = nothing_lost()
    for row, column in blocks:
        found.db[row, column] = 9
    return found


def frames(first: int, count: int) -> Iterator[Frame]:
    return iter([black(WIDTH, HEIGHT)] * count)


class Scripted(Trial):
    """A trial in which what is lost is given, try by try."""

    def __init__(self, *tries: Lost) -> None:
        super().__init__(
            (KEPT_ABOVE, BAND, KEPT_BELOW), BANDS, Splicer(WIDTH, HEIGHT, Fraction(25), 4), frames, 12, encode
        )
        self.tries = list(tries)
        self.tried: list[Sequence[Guards]] = []

    def _lost(self, guards: Sequence[Guards], level: int | None) -> Lost:
        if level is not None:
            return nothing_lost()
        self.tried.append(list(guards))
        return self.tries[min(len(self.tried), len(self.tries)) - 1]


def encode(piece: Piece, guards: Guards, shown: Shown) -> list[Coded]:
    pytest.fail("nothing is encoded here")


def test_the_first_guards_stay_where_nothing_is_lost() -> None:
    assert Scripted(nothing_lost()).guards() == (FIRST, FIRST, FIRST)


def test_guards_are_drawn_anew_beside_what_lost_until_nothing_does() -> None:
    trial = Scripted(losing((18, 4)), losing((20, 30)), nothing_lost())
    found = trial.guards()
    assert found == (FIRST, FIRST.anew(range(2, 7), range(28, 33)), FIRST)
    assert len(trial.tried) == 3


def test_after_some_tries_it_is_given_up() -> None:
    trial = Scripted(losing((18, 4)))
    assert trial.guards() is None
    assert len(trial.tried) == 5
    assert trial.tried[-1][1].above[4] == 4


def test_where_much_crosses_an_edge_it_is_given_up_at_once() -> None:
    trial = Scripted(losing(*((18, column) for column in range(0, COLUMNS, 4))))
    assert trial.guards() is None
    assert len(trial.tried) == 1


def test_the_cause_is_sought_at_the_nearer_edge() -> None:
    assert causes_of(losing((16, 9)), KEPT_ABOVE) == (set(), {7, 8, 9, 10, 11}), "the top has no guard"
    assert causes_of(losing((22, 0)), KEPT_BELOW) == ({0, 1, 2}, set())
    assert causes_of(losing((38, COLUMNS - 1)), KEPT_BELOW) == ({37, 38, 39}, set()), "nor has the bottom"
    assert causes_of(losing((18, 9)), KEPT_ABOVE) == (set(), set()), "another piece's"


def test_what_was_sudden_at_the_edge_nearby_is_a_cause_as_well() -> None:
    found = losing((24, 12))
    found.sudden[21, 16] = 900
    found.sudden[21, 30] = 900
    above, below = causes_of(found, KEPT_BELOW)
    assert above == {*range(10, 15), *range(14, 19)}
    assert below == set()


def test_what_is_between_the_same_guards_is_encoded_once_and_kept_rows_once_for_all() -> None:
    encoded: list[tuple[Piece, Guards, int]] = []

    def seen(piece: Piece, guards: Guards, shown: Shown) -> list[Coded]:
        encoded.append((piece, guards, int(next(shown(0, 1)).y[18 * 16, 0])))
        return []

    trial = Trial(
        (KEPT_ABOVE, BAND, KEPT_BELOW), BANDS, Splicer(WIDTH, HEIGHT, Fraction(25), 4), frames, 0, seen
    )
    other = FIRST.anew({3}, ())
    for guards in ([FIRST] * 3, [FIRST, other, FIRST]):
        for level in (None, 16, 235):
            for piece, guard in zip(trial._pieces, guards, strict=True):
                trial._runs(piece, guard, level if piece.band >= 0 else None)
    assert [at for at in encoded if at[0] == KEPT_ABOVE] == [(KEPT_ABOVE, FIRST, 16)]
    assert [(guards, level) for piece, guards, level in encoded if piece == BAND] == [
        *((FIRST, level) for level in (16, 16, 235)),
        *((other, level) for level in (16, 16, 235)),
    ]
    assert [piece for piece, _ in trial.kept([FIRST, other, FIRST])] == [KEPT_ABOVE, KEPT_BELOW]
