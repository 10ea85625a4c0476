"""The head of an MP4 file: everything before the media, of which only sizes are needed (faststart)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from reelpress.studio.render.mp4 import entries, samples
from reelpress.studio.render.mp4.boxes import U32_MAX, Table, box, full_box, u16, u32, u64
from reelpress.studio.render.mp4.clock import Clock, clock_for, picture_s, sound_s
from reelpress.studio.render.mp4.layout import interleave
from reelpress.studio.render.mp4.model import AUDIO, VIDEO, AudioTrack, Chunks, Sizes, VideoTrack

_FTYP = box(b"ftyp", b"isom", u32(0x200), b"isom", b"iso2", b"avc1", b"mp41")
_UPRIGHT = b"".join(u32(value) for value in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
_ONE = 1 << 16  # in 16.16
_UNDETERMINED = u16(0x55C4)  # the language "und"
_ENABLED_IN_MOVIE = 3
_NAMES = {b"vide": b"Pictures", b"soun": b"Sound"}
_SELF_CONTAINED = box(b"dinf", full_box(b"dref", 0, 0, u32(1), full_box(b"url ", 0, 1)))


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
        order = self.order
        for track, first, count in zip(
            order.track.tolist(), order.first.tolist(), order.count.tolist(), strict=True
        ):
            yield b"".join(media[track][first : first + count])


def lay_out(video: VideoTrack, audio: AudioTrack | None = None) -> Layout:
    """Equal tracks give equal bytes. Offsets take 64 bits only where the file passes 4 GiB."""
    chunks = interleave(video, audio)
    media = int(chunks.size.sum())
    build = partial(_head, video, audio, chunks, media)
    size = len(build(0, wide=False))
    wide = size + media > U32_MAX
    if wide:
        size = len(build(0, wide=True))
    sizes = {VIDEO: video.sizes} | ({AUDIO: audio.sizes} if audio else {})
    return Layout(build(size, wide=wide), size + media, chunks.moved(size), sizes)


def _head(
    video: VideoTrack, audio: AudioTrack | None, chunks: Chunks, media: int, media_at: int, *, wide: bool
) -> bytes:
    clock = clock_for(video, audio)
    places = chunks.moved(media_at)
    tracks = [_picture_track(video, clock, places.of(VIDEO), wide=wide)]
    duration = clock.movie_ticks(picture_s(video))
    if audio:
        tracks.append(_sound_track(audio, clock, places.of(AUDIO), wide=wide))
        duration = max(duration, clock.movie_ticks(sound_s(audio)))
    moov = box(b"moov", _movie_header(clock.movie, duration, len(tracks) + 1), *tracks)
    mdat = u32(1) + b"mdat" + u64(16 + media) if wide else u32(8 + media) + b"mdat"
    return _FTYP + moov + mdat


def _movie_header(scale: int, duration: int, next_track: int) -> bytes:
    version, times = _times(duration, u32(scale))
    rest = u32(_ONE) + u16(0x100) + bytes(10) + _UPRIGHT + bytes(24) + u32(next_track)
    return full_box(b"mvhd", version, 0, times, rest)


def _picture_track(video: VideoTrack, clock: Clock, places: Chunks, *, wide: bool) -> bytes:
    pictures = len(video.sizes)
    table = box(
        b"stbl",
        entries.avc1(video),
        samples.durations([(pictures, clock.frame)]),
        samples.key_samples(video.keyframes),
        samples.samples_per_chunk(places.count),
        samples.sizes_of(video.sizes),
        samples.chunk_offsets(places.offset, wide=wide),
    )
    media = _media(clock.video, pictures * clock.frame, b"vide", full_box(b"vmhd", 0, 1, bytes(8)), table)
    shown = clock.movie_ticks(picture_s(video))
    header = _track_header(VIDEO, shown, (video.width, video.height), volume=0)
    return box(b"trak", header, _edit(shown, 0), media)


def _sound_track(audio: AudioTrack, clock: Clock, places: Chunks, *, wide: bool) -> bytes:
    frames, step = len(audio.sizes), audio.frame_samples
    # A last frame that is played in part lasts for that part; where none of it is, the edit ends before it.
    left = audio.priming + audio.samples - (frames - 1) * step
    last = left if left > 0 else step
    runs = [(frames, step)] if last == step else [(frames - 1, step), (1, last)]
    table = box(
        b"stbl",
        entries.mp4a(audio),
        samples.durations(runs),
        samples.samples_per_chunk(places.count),
        samples.sizes_of(audio.sizes),
        samples.chunk_offsets(places.offset, wide=wide),
        samples.roll_group(frames),
    )
    duration = (frames - 1) * step + last
    media = _media(audio.sample_rate, duration, b"soun", full_box(b"smhd", 0, 0, bytes(4)), table)
    heard = clock.movie_ticks(sound_s(audio))
    header = _track_header(AUDIO, heard, (0, 0), volume=0x100)
    return box(b"trak", header, _edit(heard, audio.priming), media)


def _track_header(track: int, duration: int, size: tuple[int, int], *, volume: int) -> bytes:
    version, times = _times(duration, u32(track) + bytes(4))
    place = bytes(8) + u16(0) + u16(0) + u16(volume) + bytes(2) + _UPRIGHT
    width, height = size
    shown = u32(width << 16) + u32(height << 16)
    return full_box(b"tkhd", version, _ENABLED_IN_MOVIE, times, place, shown)


def _edit(duration: int, media_time: int) -> bytes:
    version = int(max(duration, media_time) > U32_MAX >> 1)
    word = u64 if version else u32
    edit = word(duration) + word(media_time) + u32(_ONE)
    return box(b"edts", full_box(b"elst", version, 0, u32(1), edit))


def _media(scale: int, duration: int, handler: bytes, header: bytes, table: bytes) -> bytes:
    version, times = _times(duration, u32(scale))
    return box(
        b"mdia",
        full_box(b"mdhd", version, 0, times, _UNDETERMINED, u16(0)),
        full_box(b"hdlr", 0, 0, u32(0), handler, bytes(12), _NAMES[handler], b"\0"),
        box(b"minf", header, _SELF_CONTAINED, table),
    )


def _times(duration: int, between: bytes) -> tuple[int, bytes]:
    """The version of a header, and its times: created and changed at 0, `between`, the duration."""
    if duration > U32_MAX:
        return 1, bytes(16) + between + u64(duration)
    return 0, bytes(8) + between + u32(duration)
