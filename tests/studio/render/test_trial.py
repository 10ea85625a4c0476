"""Guards between which the pieces of a span can be joined: tried, and drawn anew where a block loses much."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.plan.model import Band
from reelpress.studio.render.bands import Piece, Splicer, pieces_of
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import Coded
from reelpress.studio.render.planes import Frame, black
from reelpress.studio.render.proof import Lost
from reelpress.studio.render.trial import Edges, Shown, Trial

WIDTH, HEIGHT = 640, 640
ROWS, COLUMNS = HEIGHT // 16, WIDTH // 16
BANDS = [Band(18, 20, ("name",))]
KEPT_ABOVE, BAND, KEPT_BELOW = pieces_of(BANDS, HEIGHT) or ()
ALL = (KEPT_ABOVE, BAND, KEPT_BELOW)
ENOUGH, MOST = 5, 15  # tries; the fifth, the tenth and the last put together what was best


def dots(columns: int = COLUMNS) -> Guards:
    return Guards((0,) * columns, (0,) * columns)


def nothing_lost(rows: int = ROWS, columns: int = COLUMNS) -> Lost:
    return Lost(np.zeros((rows, columns)), np.zeros((rows, columns)))


def losing(*blocks: tuple[int, int], db: float = 9.0) -> Lost:
    found = nothing_lost()
    for row, column in blocks:
        found.db[row, column] = db
    return found


def frames(first: int, count: int) -> Iterator[Frame]:
    return iter([black(WIDTH, HEIGHT)] * count)


Losing = Callable[[Sequence[Guards]], Lost]


class Scripted(Trial):
    """A trial in which it is given what guards lose, with the third drawing."""

    def __init__(self, loss: Losing) -> None:
        super().__init__(
            ALL, BANDS, Splicer(WIDTH, HEIGHT, Fraction(25), 4), frames, 12, lambda *_: pytest.fail("encoded")
        )
        self.loss = loss
        self.tried: list[Sequence[Guards]] = []

    def _lost(self, guards: Sequence[Guards], drawing: int) -> Lost:
        if drawing != 3:
            return nothing_lost()
        self.tried.append(guards)
        return self.loss(guards)


def test_the_first_guards_stay_where_nothing_is_lost() -> None:
    trial = Scripted(lambda _: nothing_lost())
    assert trial.guards() == (dots(), dots(), dots())
    assert len(trial.tried) == 1


def test_guards_are_drawn_anew_beside_what_lost_until_nothing_does() -> None:
    def loss(guards: Sequence[Guards]) -> Lost:
        at_fault = [(18, 4)] * (guards[1].above[4] < 2) + [(20, 30)] * (guards[1].below[30] < 1)
        return losing(*at_fault)

    trial = Scripted(loss)
    above, band, below = trial.guards() or ()
    assert above == below == dots()
    assert band.above == tuple(2 if column in range(2, 7) else 0 for column in range(COLUMNS))
    assert band.below == tuple(1 if column in range(28, 33) else 0 for column in range(COLUMNS))
    assert len(trial.tried) == 3


def test_the_best_lot_of_each_column_is_put_together_and_tried() -> None:
    """Nothing is good everywhere: column 4 is best with its second lot, column 20 with its first."""
    lost_db = {4: (9, 2, 5, 5), 20: (2, 9, 8, 8)}

    def loss(guards: Sequence[Guards]) -> Lost:
        found = nothing_lost()
        for column, by_lot in lost_db.items():
            found.db[18, column] = by_lot[guards[1].above[column]]
        return found

    trial = Scripted(loss)
    _, band, _ = trial.guards() or ()
    assert (band.above[4], band.above[20]) == (1, 0)
    assert len(trial.tried) == ENOUGH


def test_what_loses_more_than_may_be_lost_is_given_up_after_some_tries() -> None:
    trial = Scripted(lambda _: losing((18, 4), db=3.1))
    assert trial.guards() is None
    assert len(trial.tried) == MOST


def test_once_enough_was_tried_what_may_be_lost_is_lost() -> None:
    trial = Scripted(lambda _: losing((18, 4), db=3))
    assert trial.guards() is not None
    assert len(trial.tried) == ENOUGH


def test_where_nothing_was_found_other_lots_are_drawn_until_one_holds() -> None:
    trial = Scripted(lambda guards: losing((18, 4), db=3 if guards[1].above[4] == 6 else 20))
    _, band, _ = trial.guards() or ()
    assert band.above[4] == 6
    assert len(trial.tried) == ENOUGH + 3


def test_the_best_of_all_lots_is_put_together_in_the_end() -> None:
    """The first column may be joined with lot 10 alone, the last with lot 11; each try draws both anew."""

    def loss(guards: Sequence[Guards]) -> Lost:
        found = nothing_lost()
        for column, good in ((0, 10), (COLUMNS - 1, 11)):
            found.db[18, column] = 2 if guards[1].above[column] == good else 9
        return found

    trial = Scripted(loss)
    _, band, _ = trial.guards() or ()
    assert (band.above[0], band.above[-1]) == (10, 11)
    assert len(trial.tried) == MOST


def test_where_much_crosses_an_edge_it_is_given_up_at_once() -> None:
    trial = Scripted(lambda _: losing(*((18, column) for column in range(0, COLUMNS, 8))))
    assert trial.guards() is None
    assert len(trial.tried) == 1


def test_where_less_crosses_it_another_lot_must_have_made_it_little() -> None:
    def loss(guards: Sequence[Guards]) -> Lost:
        return losing((18, 10), *[(18, 30)] * (guards[1].above[30] not in healed))

    healed: tuple[int, ...] = ()
    trial = Scripted(loss)
    assert trial.guards() is None
    assert len(trial.tried) == 2, "a quarter of the columns"
    healed = (1,)
    trial = Scripted(loss)
    assert trial.guards() is None
    assert len(trial.tried) == MOST, "an eighth"


def columns_losing(found: Lost, piece: Piece) -> tuple[list[int], list[int]]:
    above, below = Edges.unknown(COLUMNS).losing(found, piece).lost_db
    return np.flatnonzero(above).tolist(), np.flatnonzero(below).tolist()


def test_the_cause_is_sought_at_the_nearer_edge() -> None:
    assert columns_losing(losing((1, 9)), KEPT_ABOVE) == ([], [7, 8, 9, 10, 11]), "the top has no guard"
    assert columns_losing(losing((22, 0)), KEPT_BELOW) == ([0, 1, 2], [])
    assert columns_losing(losing((38, COLUMNS - 1)), KEPT_BELOW) == ([37, 38, 39], []), "nor has the bottom"
    assert columns_losing(losing((18, 9)), KEPT_ABOVE) == ([], []), "another piece's"
    assert columns_losing(losing((18, 9)), BAND) == ([7, 8, 9, 10, 11], [])
    assert columns_losing(losing((20, 9)), BAND) == ([], [7, 8, 9, 10, 11])


def test_what_was_sudden_at_the_edge_nearby_is_a_cause_as_well() -> None:
    found = losing((24, 12), db=4)
    found.sudden[21, 16] = 900
    found.sudden[21, 30] = 900
    edges = Edges.unknown(COLUMNS).losing(found, KEPT_BELOW)
    assert np.flatnonzero(edges.lost_db[0] == 4).tolist() == list(range(10, 19))
    assert not edges.lost_db[1].any()


def test_what_is_between_the_same_guards_is_encoded_once_and_kept_rows_once_for_all() -> None:
    encoded: list[tuple[Piece, Guards, bool]] = []

    def seen(piece: Piece, guards: Guards, shown: Shown) -> list[Coded]:
        encoded.append((piece, guards, bool((next(shown(0, 1)).y > 16).any())))
        return []

    trial = Trial(ALL, BANDS, Splicer(WIDTH, HEIGHT, Fraction(25), 4), frames, 12, seen)
    other = Guards((3,) * COLUMNS, dots().below)
    for guards in ([dots()] * 3, [dots(), other, dots()]):
        for drawing in range(3):
            for piece, guard in zip(ALL, guards, strict=True):
                trial._runs(piece, guard, drawing if piece.band >= 0 else 0)
    assert [at for at in encoded if at[0] == KEPT_ABOVE] == [(KEPT_ABOVE, dots(), False)]
    assert [(guards, drawn) for piece, guards, drawn in encoded if piece == BAND] == [
        *((dots(), drawn) for drawn in (False, True, True)),
        *((other, drawn) for drawn in (False, True, True)),
    ]
    assert [piece for piece, _ in trial.kept([dots(), other, dots()])] == [KEPT_ABOVE, KEPT_BELOW]
