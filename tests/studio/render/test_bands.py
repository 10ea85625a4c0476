"""Band spans: the rows that data touches are encoded per customer and joined with rows kept for everyone."""

import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.mlt_documents import clear, document, text
from tests.studio.render.conftest import Job
from tests.studio.render.mp4_boxes import check_strict
from tests.studio.render.scenes import FILM, filmed, make_tall_film, order_of, press_of
from tests.studio.render.test_house import film as noise
from tests.studio.render.test_trial import dots, nothing_lost

from reelpress.studio.plan import OutputSpec, PartSource, Resolved, compile_plan, resolve
from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import NEAR_ROWS, rows_in
from reelpress.studio.render.bands import SLICE_ROWS, Strip, pieces_of
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.join import Film, join, whole
from reelpress.studio.render.kit import Kit
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.proof import Lost
from reelpress.studio.render.trial import Trial
from reelpress.studio.scene import parse_scene

FRAMES, WIDTH = 50, 320
MOST_APART_MSE = 4.0  # two levels; coding alone costs more
WORDS = {"name": "Asha", "price": "19"}
OTHERS = {"name": "Ravi", "price": "88"}


def line(field: str, top: int) -> str:
    return text("{{" + field + "}}", geometry=f"20 {top} 280 32 1", size="24")


# lines of text, height of the picture, and how many pixels the film moves down a frame
CASES: dict[str, tuple[tuple[str, ...], int, int]] = {
    "in the middle": ((line("name", 304),), 640, 3),
    "fast vertical motion": ((line("name", 304),), 640, 23),
    "at the top edge": ((line("name", 0),), 640, 3),
    "at the bottom edge": ((line("name", 608),), 640, 3),
    "two in one picture": ((line("name", 80), line("price", 528)), 720, 5),
    "a height that is no multiple of 16": ((line("name", 304),), 630, 7),
    "at the bottom of such a height": ((line("name", 608),), 630, 3),
}


def tall(film: Path, lines: tuple[str, ...], height: int, values: dict[str, str]) -> Job:
    clips = [clear(f"title{number}", FRAMES, line) for number, line in enumerate(lines)]
    tracks = [[("film", 0, 0, FRAMES - 1)], *([(f"title{n}", 0, 0, FRAMES - 1)] for n in range(len(lines)))]
    data = document([FILM, *clips], tracks, frames=FRAMES, width=WIDTH, height=height)
    plan = compile_plan([PartSource("mlt", scene=parse_scene(data))], [], OutputSpec())
    resolved = resolve(plan, values)
    assert isinstance(resolved, Resolved)
    return Job(plan, resolved, {"film.mp4": film})


class Banded:
    """Two customers of one tall scene."""

    def __init__(self, folder: Path, lines: tuple[str, ...], height: int, speed: int) -> None:
        film = make_tall_film(folder / "film.mp4", frames=FRAMES, size=(WIDTH, height), speed=speed)
        self.jobs = [tall(film, lines, height, values) for values in (WORDS, OTHERS)]
        self.cache = Cache(folder / "cache")
        self.films = [filmed(job, self.cache) for job in self.jobs]

    @property
    def kit(self) -> Kit:
        press = press_of(self.jobs[0], self.cache)
        (span,) = self.jobs[0].plan.spans
        assert span.kind == "band"
        return press.kits.of(span, press._pictures[0])


@pytest.fixture(scope="module", params=CASES.values(), ids=list(CASES))
def banded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Banded:
    lines, height, speed = request.param
    return Banded(tmp_path_factory.mktemp("banded"), lines, height, speed)


def bytes_of(film: Film) -> bytes:
    return whole(film, join(film))


def shown(data: bytes) -> list[np.ndarray]:
    """Luma of every picture, from a decoder that gives up at any fault."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        stream.codec_context.thread_count = 1
        height = stream.codec_context.height
        return [np.asarray(frame.to_ndarray()[:height], int) for frame in container.decode(stream)]


def test_the_span_is_really_encoded_in_bands(banded: Banded) -> None:
    kit = banded.kit
    assert len(kit.bands) == len(kit.span.bands)
    (stack,) = banded.films[0].stacks
    assert [part.own for part in stack] == [piece.band >= 0 for piece in kit.pieces]
    assert sum(piece.rows for piece in kit.pieces) == rows_in(banded.jobs[0].plan.output.height)


def test_every_picture_decodes_without_fault_to_what_was_composed(banded: Banded) -> None:
    for job, film in zip(banded.jobs, banded.films, strict=True):
        data = bytes_of(film)
        assert check_strict(data) == []
        pictures = shown(data)
        assert len(pictures) == FRAMES
        for number, (picture, frame) in enumerate(zip(pictures, job.frames(), strict=True)):
            error = (picture - frame.y) ** 2
            assert error.mean() < 12, number
            blocks = error[: error.shape[0] // 16 * 16].reshape(-1, 16, WIDTH // 16, 16).mean((1, 3))
            assert blocks.max() < 60, number


def test_kept_rows_of_two_customers_are_the_same_to_the_eye(banded: Banded) -> None:
    one, other = (shown(bytes_of(film)) for film in banded.films)
    kept = [piece for piece in banded.kit.pieces if piece.band < 0]
    assert kept
    for a, b in zip(one, other, strict=True):
        for piece in kept:
            rows = slice(piece.first * 16, (piece.last + 1) * 16)
            apart = (a[rows] - b[rows]) ** 2
            apart = apart[: len(apart) // 16 * 16]
            assert apart.reshape(-1, 16, WIDTH // 16, 16).mean((1, 3)).max() <= MOST_APART_MSE
    text_rows = slice(banded.kit.span.bands[0].first * 16, (banded.kit.span.bands[0].last + 1) * 16)
    assert np.abs(one[30][text_rows] - other[30][text_rows]).max() > 100, "their texts differ"


def test_a_further_customer_costs_less_than_two_fifths_of_the_file(banded: Banded) -> None:
    first, second = banded.films
    known = {part.key for part in first.parts}
    fresh = [part for part in second.parts if part.key not in known]
    assert [part.own for part in fresh] == [True] * len(banded.kit.bands)
    assert sum(len(part.segment.data) for part in fresh) < len(bytes_of(second)) * 2 / 5


def test_two_bands_are_segments_of_their_own(tmp_path: Path) -> None:
    made = Banded(tmp_path, *CASES["two in one picture"])
    changed = tall(tmp_path / "film.mp4", CASES["two in one picture"][0], 720, WORDS | {"price": "20"})
    first, again = made.films[0], filmed(changed, made.cache)
    own = [[part.key for part in film.stacks[0] if part.own] for film in (first, again)]
    assert own[0][0] == own[1][0]
    assert own[0][1] != own[1][1]


def test_where_joining_would_show_the_whole_picture_is_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelpress.studio.render.trial.MOST_LOST_DB", -1)
    made = Banded(tmp_path, *CASES["in the middle"])
    assert made.kit.pieces == ()
    assert [[part.own for part in stack] for stack in made.films[0].stacks] == [[True]]
    pictures = shown(bytes_of(made.films[0]))
    for picture, frame in zip(pictures, made.jobs[0].frames(), strict=True):
        assert ((picture - frame.y) ** 2).mean() < 12


def test_a_piece_that_loses_by_its_guard_gets_another_one_there_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The band loses in a block at its upper edge for as long as its guard is the first one there."""

    def lost(self: Trial, guards: Sequence[Guards], drawing: int) -> Lost:
        found = nothing_lost()
        if guards[1].above[10] == 0:
            found.db[19, 10] = 2.5
        return found

    monkeypatch.setattr(Trial, "_lost", lost)
    made = Banded(tmp_path, *CASES["in the middle"])
    kept_above, band, kept_below = made.kit.guards
    assert kept_above == kept_below == dots(20)
    assert [made.kit.between(piece) for piece in made.kit.pieces] == [kept_above, band, kept_below]
    assert band.below == kept_above.below
    assert band.above == tuple(int(column in range(8, 13)) for column in range(20))
    pictures = shown(bytes_of(made.films[0]))
    for picture, frame in zip(pictures, made.jobs[0].frames(), strict=True):
        assert ((picture - frame.y) ** 2).mean() < 12


def test_kept_rows_and_bands_are_encoded_between_the_guards_that_were_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Guards((lot,) * 20, (lot,) * 20) for lot in (1, 2, 3)]
    used: set[tuple[int, Guards]] = set()
    guarded = Strip.guarded

    def seen(self: Strip, frame: Frame, guards: Guards) -> Frame:
        used.add((self.piece.first, guards))
        return guarded(self, frame, guards)

    monkeypatch.setattr(Trial, "guards", lambda self: tuple(found))
    monkeypatch.setattr(Strip, "guarded", seen)
    pieces = Banded(tmp_path, *CASES["in the middle"]).kit.pieces
    assert used == {(piece.first, guards) for piece, guards in zip(pieces, found, strict=True)}


def test_a_guard_that_looks_like_the_film_beside_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def alike(self: Guards, strip: Frame, first: int, end: int) -> None:
        """The rows beside it, mirrored."""
        rows = np.arange(strip.height)
        strip.y[:] = strip.y[
            np.where(rows < first, 2 * first - 1 - rows, np.minimum(rows, 2 * end - 1 - rows))
        ]

    monkeypatch.setattr(Guards, "fill", alike)
    assert Banded(tmp_path, *CASES["in the middle"]).kit.pieces == ()


@st.composite
def band_lists(draw: st.DrawFn) -> tuple[list[Band], int]:
    height = draw(st.integers(10, 540)) * 2
    total = rows_in(height)
    bands: list[Band] = []
    following = 0
    for _ in range(draw(st.integers(1, 3))):
        if following >= total:
            break
        first = draw(st.integers(following, total - 1))
        last = draw(st.integers(first, min(total - 1, first + 12)))
        bands.append(Band(first, last, ("name",)))
        following = last + NEAR_ROWS + 1
    return bands, height


@given(band_lists())
def test_pieces_cover_the_picture_once_and_hold_the_bands(given_: tuple[list[Band], int]) -> None:
    bands, height = given_
    total = rows_in(height)
    pieces = pieces_of(bands, height)
    if pieces is None:
        return
    assert pieces[0].first == 0
    assert pieces[-1].last == total - 1
    assert all(one.last + 1 == other.first for one, other in pairwise(pieces))
    held = [piece for piece in pieces if piece.band >= 0]
    assert [piece.band for piece in held] == list(range(len(bands)))
    for piece, band in zip(held, bands, strict=True):
        assert piece.slice_rows in SLICE_ROWS
        assert piece.first <= band.first
        assert piece.last >= band.last
        assert Strip(piece, height).top_px >= 0
    for piece in pieces:
        assert piece.last == total - 1 or piece.rows % piece.slice_rows == 0, "a guard begins a slice"
        strip = Strip(piece, height)
        assert strip.above == (piece.slice_rows if piece.first else 0)
        assert strip.below == (1 if piece.last < total - 1 else 0)
    assert sum(Strip(piece, height).own_px for piece in pieces) == height


def frames(count: int, height: int) -> Iterator[Frame]:
    return iter(noise(WIDTH, height, count))


def test_a_strip_is_the_bands_own_rows_between_guards_that_are_always_the_same() -> None:
    (_, piece, _) = pieces_of([Band(18, 20, ("name",))], 640) or ()
    strip, guards = Strip(piece, 640), Guards((0, 1) * 10, (2, 0) * 10)
    frame, another = next(frames(1, 640)), next(iter(noise(WIDTH, 640, 1, seed=9)))
    one, other = strip.guarded(frame, guards), strip.guarded(another, guards)
    above, end = strip.above * 16, strip.above * 16 + 48
    assert (strip.top_px, strip.height) == (15 * 16, 7 * 16)
    assert np.array_equal(one.y[above:end], frame.y[18 * 16 : 21 * 16])
    assert np.array_equal(strip.inner(one).data, strip.own(frame).data)
    for rows in (slice(0, above), slice(end, strip.height)):
        assert np.array_equal(one.y[rows], other.y[rows])
        assert set(np.unique(one.y[rows])) == {0, 255}


def test_bands_that_would_meet_once_grown_are_refused() -> None:
    def of(second: int) -> object:
        return pieces_of([Band(10, 16, ("name",)), Band(second, second + 2, ("price",))], 640)

    assert of(18) is not None
    assert of(17) is None, "seven rows grow to two slices of four"


def test_order_decides_nothing_about_a_customers_bytes(banded: Banded, tmp_path: Path) -> None:
    elsewhere = Cache(tmp_path / "cache")
    again = [filmed(job, elsewhere) for job in reversed(banded.jobs)]
    assert [bytes_of(film) for film in reversed(again)] == [bytes_of(film) for film in banded.films]
    assert order_of(banded.jobs[0]).resolved == banded.jobs[0].resolved
