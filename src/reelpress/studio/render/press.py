"""One plan's press: what is the same for everyone is made once, and a customer costs her own spans.

press = Press(plan, files, contents, cache)
film = press.film(resolved, pictures)     # segments, made where they are missing
joined = join(film)                       # the file as a list of pieces of them
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

from reelpress.studio.plan.digest import Contents, digest, picture_digest, shown
from reelpress.studio.plan.model import Plan, Span
from reelpress.studio.plan.specimen import specimen
from reelpress.studio.render.bands import Piece, Strip
from reelpress.studio.render.bases import Bases
from reelpress.studio.render.cache import Cache, own
from reelpress.studio.render.frames import NO_VALUES, Composer
from reelpress.studio.render.gops import Gop
from reelpress.studio.render.house import encode
from reelpress.studio.render.join import Film, Part, Stack
from reelpress.studio.render.kit import RULES, Kit, Kits, Specimens
from reelpress.studio.render.order import Files, Order
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import SAMPLE_FRAMES
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.shared import coded_shared
from reelpress.studio.render.sound_track import SoundTrack

STORED_BASE_BYTES = (
    1_200_000_000  # of one plan's raw base frames; above it they are composed as they are needed
)
SPANS_AT_ONCE = 2


class Press:
    """Renders the customers of one plan. `contents` holds the digest of every file of `files`.

    `scope` keeps the segments of one workspace from another's. Safe for several threads.
    """

    def __init__(self, plan: Plan, files: Files, contents: Contents, cache: Cache, scope: str = "") -> None:
        self._plan = plan
        self._files = files
        self._contents = contents
        self._cache = cache
        self._scope = scope
        output = plan.output
        self._size = (output.width, output.height)
        self._specimen = specimen(plan)
        specimens = Specimens(
            self._specimen_frames, lambda span: shown(self._specimen, contents, span.layers)
        )
        self.kits = Kits(cache, self._size, plan.fps, self._bare_frames, specimens)
        self._track = SoundTrack(plan, files, contents, cache, scope)
        self._pictures = [picture_digest(plan, contents, span.first, span.last) for span in plan.spans]

    def prepare(self, seen: Callable[[Span], None] = lambda _: None) -> None:
        """Make all that no customer decides; `seen` is told of every span made. Raises RenderFault."""
        self._track.prepare()
        with ThreadPoolExecutor(SPANS_AT_ONCE, thread_name_prefix="prepare") as pool:
            for span in pool.map(self._prepared, self._plan.spans, self._pictures):
                seen(span)

    def film(self, order: Order) -> Film:
        """Every segment of one customer's video. Raises RenderFault."""
        with Composer(self._plan, order.resolved, order.files) as composer:
            drawn = _Drawn(order, composer)
            with ThreadPoolExecutor(SPANS_AT_ONCE, thread_name_prefix="span") as pool:
                stacks = list(pool.map(self._stack, self._plan.spans, self._pictures, repeat(drawn)))
        sets = (self.kits.sps, self.kits.pps)
        return Film(self._size, self._plan.fps, sets, stacks, self._track.shared(), self._track.own(order))

    def bases(self, numbers: Sequence[int]) -> Bases:
        """Output frames `numbers` without any value, kept for everyone; the caller closes them."""
        places = [number - numbers[0] for number in numbers]
        picture = picture_digest(self._plan, self._contents, numbers[0], numbers[-1])
        return self.kits.stored(
            digest("bases", picture, places), lambda: self._bare(numbers), len(numbers), self._size[1]
        )

    def _prepared(self, span: Span, picture: str) -> Span:
        if span.kind == "shared":
            self._shared(span, picture)
        else:
            self._prepare_personal(self.kits.of(span, picture))
        return span

    def _prepare_personal(self, kit: Kit) -> None:
        for piece in kit.pieces:
            if piece.band < 0:
                self.kits.kept(kit, piece)
            else:
                self.kits.strips(kit, piece).close()
        if not kit.pieces and self._stores_bases:
            self.kits.bases(kit.span, kit.picture).close()

    def _stack(self, span: Span, picture: str, drawn: "_Drawn") -> Stack:
        if span.kind == "shared":
            return (self._shared(span, picture),)
        kit = self.kits.of(span, picture)
        if not kit.pieces:
            return (self._full(kit, drawn),)
        return [
            self._band(kit, piece, drawn)
            if piece.band >= 0
            else Part(kit.key("kept", piece), self.kits.kept(kit, piece), own=False)
            for piece in kit.pieces
        ]

    def _shared(self, span: Span, picture: str) -> Part:
        key = digest("shared", self._scope, picture, RULES)

        def make() -> Segment:
            coded = coded_shared(
                lambda: self._bare_frames(span.first, span.frames), self._plan.fps, self._sample(span)
            )
            return Segment.of_pictures(coded.pictures)

        return Part(key, self._cache.segment(key, make), own=False)

    def _sample(self, span: Span) -> list[Frame]:
        """Frames from the middle of a span, by which its coding is chosen."""
        count = min(SAMPLE_FRAMES, span.frames)
        first = span.first + (span.frames - count) // 2
        return [frame.copy() for frame in self._bare_frames(first, count)]

    def _full(self, kit: Kit, drawn: "_Drawn") -> Part:
        span = kit.span
        key = self._own_key("full", kit, span.layers, drawn)

        def make() -> Segment:
            with ExitStack() as stack:
                below = self._below(kit, stack)
                return self.kits.whole(
                    kit,
                    lambda gop, coding: encode(
                        drawn.over(below(gop), span.first + gop.first), self._plan.fps, coding
                    ),
                )

        return Part(key, self._cache.segment(key, make), own=True)

    def _band(self, kit: Kit, piece: Piece, drawn: "_Drawn") -> Part:
        span = kit.span
        key = self._own_key("band", kit, span.bands[piece.band].layers, drawn, piece)
        top = Strip(piece, self._size[1]).top_px

        def make() -> Segment:
            strips = self.kits.strips(kit, piece)
            try:
                return self.kits.band(
                    kit,
                    piece,
                    lambda gop: drawn.over(
                        strips.frames(gop.first, gop.count), span.first + gop.first, top_px=top
                    ),
                )
            finally:
                strips.close()

        return Part(key, self._cache.segment(key, make), own=True)

    def _own_key(
        self, kind: str, kit: Kit, layers: tuple[str, ...], drawn: "_Drawn", piece: Piece | None = None
    ) -> str:
        values = shown(drawn.order.resolved, drawn.order.contents, layers)
        place = kit.key("place", piece) if piece else kit.picture
        return own(digest(kind, self._scope, place, kit.texture, kit.manners, values, RULES))

    def _below(self, kit: Kit, stack: ExitStack) -> Callable[[Gop], Iterator[Frame]]:
        """The span's base frames: read where the plan's are few enough to be kept, else composed anew."""
        span = kit.span
        if not self._stores_bases:
            return lambda gop: self._bare_frames(span.first + gop.first, gop.count)
        bases = self.kits.bases(span, kit.picture)
        stack.callback(bases.close)
        return lambda gop: bases.frames(gop.first, gop.count)

    @cached_property
    def _stores_bases(self) -> bool:
        frames = sum(span.frames for span in self._plan.spans if span.kind != "shared")
        return frames * self._size[0] * self._size[1] * 3 // 2 <= STORED_BASE_BYTES

    def _bare_frames(self, first: int, count: int) -> Iterator[Frame]:
        return self._bare(range(first, first + count))

    def _specimen_frames(self, first: int, count: int) -> Iterator[Frame]:
        with Composer(self._plan, self._specimen, self._files) as composer:
            for number in range(first, first + count):
                yield composer.frame(number)

    def _bare(self, numbers: Sequence[int]) -> Iterator[Frame]:
        with Composer(self._plan, NO_VALUES, self._files) as composer:
            for number in numbers:
                yield composer.base(number)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A customer's own rectangles over frames that are the same for everyone."""

    order: Order
    composer: Composer

    def over(self, frames: Iterator[Frame], first: int, *, top_px: int = 0) -> Iterator[Frame]:
        """`frames` begin at output frame `first`; `top_px`: the row of the picture they begin at."""
        for number, frame in enumerate(frames, start=first):
            for laid in self.composer.personal(number):
                laid.patch.lay(frame, laid.x, laid.y - top_px)
            yield frame
