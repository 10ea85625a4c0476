"""The boxes of one track (`trak`, ISO/IEC 14496-12, 8.3), all but the places of its samples made once."""

from dataclasses import dataclass

from reelpress.studio.render.mp4 import entries, samples
from reelpress.studio.render.mp4.boxes import U32_MAX, box, full_box, u16, u32, u64
from reelpress.studio.render.mp4.clock import Clock, picture_s, sound_s
from reelpress.studio.render.mp4.model import AUDIO, VIDEO, AudioTrack, Chunks, VideoTrack

UPRIGHT = b"".join(u32(value) for value in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
ONE = 1 << 16  # in 16.16
_SIGNED_32_MAX = U32_MAX >> 1  # a media time is signed
_UNDETERMINED = u16(0x55C4)  # the language "und"
_ENABLED_IN_MOVIE = 3
_SELF_CONTAINED = box(b"dinf", full_box(b"dref", 0, 0, u32(1), full_box(b"url ", 0, 1)))
_PICTURE_HEADER = full_box(b"vmhd", 0, 1, bytes(8))
_SOUND_HEADER = full_box(b"smhd", 0, 0, bytes(4))


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """`duration`: what is presented, in the movie's ticks; the bytes are boxes in file order."""

    duration: int
    header: bytes
    media_header: bytes
    information: bytes
    table: bytes
    chunks: Chunks

    def box(self, media_at: int, *, wide: bool) -> bytes:
        """`trak`, with the media data beginning at that byte; `wide` makes offsets of 64 bits."""
        offsets = samples.chunk_offsets(self.chunks.offset + media_at, wide=wide)
        table = box(b"stbl", self.table, offsets)
        media = box(b"mdia", self.media_header, box(b"minf", self.information, table))
        return box(b"trak", self.header, media)


def picture_track(video: VideoTrack, clock: Clock, chunks: Chunks) -> Track:
    pictures = len(video.sizes)
    shown = clock.movie_ticks(picture_s(video))
    header = _track_header(VIDEO, shown, (video.width, video.height), volume=0)
    table = (
        entries.avc1(video),
        samples.durations([(pictures, clock.frame)]),
        samples.key_samples(video.keyframes),
        samples.samples_per_chunk(chunks.count),
        samples.sizes_of(video.sizes),
    )
    return Track(
        duration=shown,
        header=header + _edit(shown, 0),
        media_header=_media_header(clock.video, pictures * clock.frame, b"vide", b"Pictures\0"),
        information=_PICTURE_HEADER + _SELF_CONTAINED,
        table=b"".join(table),
        chunks=chunks,
    )


def sound_track(audio: AudioTrack, clock: Clock, chunks: Chunks) -> Track:
    whole, step = len(audio.sizes) - 1, audio.frame_samples
    # A last frame that is played in part lasts for that part; where none of it is, the edit ends before it.
    left = audio.priming + audio.samples - whole * step
    last = left if left > 0 else step
    heard = clock.movie_ticks(sound_s(audio))
    table = (
        entries.mp4a(audio),
        samples.durations([(whole + 1, step)] if last == step else [(whole, step), (1, last)]),
        samples.samples_per_chunk(chunks.count),
        samples.sizes_of(audio.sizes),
        samples.roll_group(whole + 1),
    )
    return Track(
        duration=heard,
        header=_track_header(AUDIO, heard, (0, 0), volume=0x100) + _edit(heard, audio.priming),
        media_header=_media_header(audio.sample_rate, whole * step + last, b"soun", b"Sound\0"),
        information=_SOUND_HEADER + _SELF_CONTAINED,
        table=b"".join(table),
        chunks=chunks,
    )


def times(duration: int, between: bytes) -> tuple[int, bytes]:
    """The version of a header, and its times: created and changed at 0, `between`, the duration."""
    if duration > U32_MAX:
        return 1, bytes(16) + between + u64(duration)
    return 0, bytes(8) + between + u32(duration)


def _track_header(track: int, duration: int, size: tuple[int, int], *, volume: int) -> bytes:
    version, said = times(duration, u32(track) + bytes(4))
    place = bytes(12) + u16(volume) + bytes(2) + UPRIGHT
    width, height = size
    return full_box(b"tkhd", version, _ENABLED_IN_MOVIE, said, place, u32(width << 16), u32(height << 16))


def _edit(duration: int, media_time: int) -> bytes:
    wide = duration > U32_MAX or media_time > _SIGNED_32_MAX
    word = u64 if wide else u32
    edit = word(duration) + word(media_time) + u32(ONE)
    return box(b"edts", full_box(b"elst", int(wide), 0, u32(1), edit))


def _media_header(scale: int, duration: int, handler: bytes, name: bytes) -> bytes:
    version, said = times(duration, u32(scale))
    header = full_box(b"mdhd", version, 0, said, _UNDETERMINED, u16(0))
    return header + full_box(b"hdlr", 0, 0, u32(0), handler, bytes(12), name)
