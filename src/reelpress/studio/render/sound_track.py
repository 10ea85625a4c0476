"""The sound of one plan's videos: one stream for everyone, and the frames in it that a customer changes."""

from functools import cached_property
from pathlib import Path

import numpy as np

from reelpress.studio.plan.digest import Contents, digest, own_sound_digest, sound_digest
from reelpress.studio.plan.model import Plan
from reelpress.studio.plan.voices import voices_of
from reelpress.studio.render.aac import encode_sound
from reelpress.studio.render.cache import Cache, own
from reelpress.studio.render.house import BUILD
from reelpress.studio.render.join import Part
from reelpress.studio.render.order import Files, Order
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.sound import Samples, is_heard, limited, own_sounds, samples_of, shared_sum
from reelpress.studio.render.splice import own_frames

_GENERATION = 1  # rises when equal input gives other frames of a customer's own
_CHANNELS = 2


class SoundTrack:
    """Makes both; safe for several threads. Arguments as of a press."""

    def __init__(self, plan: Plan, files: Files, contents: Contents, cache: Cache, scope: str) -> None:
        self._plan = plan
        self._files = files
        self._contents = contents
        self._cache = cache
        self._scope = scope

    def prepare(self) -> None:
        """Make all that no customer decides. Raises RenderFault."""
        if self.shared() is not None and self._is_personal:
            self._kept_sum()

    def shared(self) -> Part | None:
        """What everyone hears, silence at least; None for a plan without sound. Raises RenderFault."""
        if not self._is_heard:
            return None
        key = digest("sound", self._scope, self._said, BUILD)

        def make() -> Segment:
            total = self._kept_sum() if self._is_personal else shared_sum(self._plan, self._files)
            return Segment.of_samples(encode_sound(limited(total)))

        return Part(key, self._cache.segment(key, make), own=False)

    def own(self, order: Order) -> Part | None:
        """The frames that a customer's clips change; None where they change none. Raises RenderFault."""
        shared = self.shared()
        if shared is None or not self._is_personal:
            return None
        said = own_sound_digest(self._plan, order.resolved, order.contents)
        key = own(digest("own sound", self._scope, self._said, said, BUILD, _GENERATION))

        def make() -> Segment:
            sounds = list(own_sounds(self._plan, order.resolved, order.files))
            return own_frames(self._kept_sum(), sounds, shared.segment.samples())

        segment = self._cache.segment(key, make)
        return Part(key, segment, own=True) if len(segment.sizes) else None

    @cached_property
    def _is_heard(self) -> bool:
        return is_heard(self._plan)

    @cached_property
    def _is_personal(self) -> bool:
        return any(voice.layer for part in self._plan.parts for voice in voices_of(part))

    @cached_property
    def _said(self) -> str:
        return sound_digest(self._plan, self._contents)

    def _kept_sum(self) -> Samples:
        """The shared samples before they are limited, mapped: a customer needs those around her own alone."""
        shape = (_CHANNELS, samples_of(self._plan))

        def make(path: Path) -> None:
            path.write_bytes(shared_sum(self._plan, self._files).astype("<f4").tobytes())

        size = 4 * shape[0] * shape[1]
        path = self._cache.file(digest("samples", self._said), make, lambda path: path.stat().st_size == size)
        return np.memmap(path, "<f4", "r", shape=shape)
