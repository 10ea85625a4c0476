"""The head of an MP4 file: everything before the media, of which only sizes are needed (faststart)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reelpress.studio.render.mp4.boxes import U32_MAX, Table, box, full_box, u16, u32, u64
from reelpress.studio.render.mp4.clock import Clock, clock_for
from reelpress.studio.render.mp4.layout import interleave
from reelpress.studio.render.mp4.model import AUDIO, VIDEO, AudioTrack, Chunks, Sizes, VideoTrack
from reelpress.studio.render.mp4.tracks import ONE, UPRIGHT, Track, picture_track, sound_track, times

_FTYP = box(b"ftyp", b"isom", u32(0x200), b"isom", b"iso2", b"avc1", b"mp41")
_MDAT_HEAD, _WIDE_MDAT_HEAD = 8, 16  # bytes
_OFFSET, _WIDE_OFFSET = 4, 8  # bytes of one entry of `stco` and of `co64`


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A whole file without its media: `head`, then the `order`ed chunks, `total` bytes in all.

    `sizes` are the tracks' sample sizes in bytes.
    """

    head: bytes
    total: int
    order: Chunks
    sizes: dict[int, Sizes]

    def sample_offsets(self, track: int) -> Table:
        """Where in the file each sample of VIDEO or AUDIO begins."""
        chunks = self.order.of(track)
        sizes = self.sizes[track].astype(np.int64)
        before = np.cumsum(sizes) - sizes
        return before + np.repeat(chunks.offset - before[chunks.first], chunks.count)

    def pieces(self, video: Sequence[bytes], audio: Sequence[bytes] = ()) -> Iterator[bytes]:
        """The file's bytes, given every sample's."""
        yield self.head
        media = {VIDEO: video, AUDIO: audio}
        for track, first, count in self.order.stretches():
            yield b"".join(media[track][first : first + count])


def lay_out(video: VideoTrack, audio: AudioTrack | None = None) -> Layout:
    """Equal tracks give equal bytes. Offsets take 64 bits only where the file passes 4 GiB."""
    clock = clock_for(video, audio)
    chunks = interleave(video, audio)
    media = int(chunks.size.sum())
    tracks = [picture_track(video, clock, chunks.of(VIDEO))]
    sizes = {VIDEO: video.sizes}
    if audio:
        tracks.append(sound_track(audio, clock, chunks.of(AUDIO)))
        sizes[AUDIO] = audio.sizes
    media_at = len(_index(tracks, clock, 0, wide=False)) + _MDAT_HEAD
    wide = media_at + media > U32_MAX
    if wide:
        media_at += (_WIDE_MDAT_HEAD - _MDAT_HEAD) + (_WIDE_OFFSET - _OFFSET) * len(chunks)
    head = _index(tracks, clock, media_at, wide=wide) + _mdat_head(media, wide=wide)
    return Layout(head, media_at + media, chunks.moved(media_at), sizes)


def _index(tracks: list[Track], clock: Clock, media_at: int, *, wide: bool) -> bytes:
    boxes = [track.box(media_at, wide=wide) for track in tracks]
    return _FTYP + box(b"moov", _movie_header(tracks, clock), *boxes)


def _mdat_head(media: int, *, wide: bool) -> bytes:
    if wide:
        return u32(1) + b"mdat" + u64(_WIDE_MDAT_HEAD + media)
    return u32(_MDAT_HEAD + media) + b"mdat"


def _movie_header(tracks: list[Track], clock: Clock) -> bytes:
    version, said = times(max(track.duration for track in tracks), u32(clock.movie))
    rest = u32(ONE) + u16(0x100) + bytes(10) + UPRIGHT + bytes(24) + u32(len(tracks) + 1)
    return full_box(b"mvhd", version, 0, said, rest)
