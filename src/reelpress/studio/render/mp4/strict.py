"""What a player that follows QuickTime to the letter needs of a file, as sentences where it is missing."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from reelpress.studio.render.mp4 import h264
from reelpress.studio.render.mp4.read import Box, BoxFault, ReadMovie, ReadTrack, read_movie, top_boxes

KNOWN_AT_TOP = frozenset({"ftyp", "moov", "mdat", "free", "skip"})
_VIDEO_ENTRY_BYTES, _AUDIO_ENTRY_BYTES = 78, 28
_SAMPLING_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_RATE_1 = 1 << 16
_ROUNDING_TICKS = 1  # of the movie; FFmpeg rounds one duration up and the other down


def strict_faults(data: bytes, total: int | None = None) -> list[str]:
    """Empty where all is well. Of a file of `total` bytes `data` may be the head alone.

    Where the media is there too, every picture's NAL units and whether it is a key frame are checked.
    """
    try:
        boxes = top_boxes(data, total)
        faults = list(_top_faults(boxes))
        if faults:
            return faults
        moov, mdat = (next(box for box in boxes if box.kind == kind) for kind in ("moov", "mdat"))
        movie = read_movie(moov)
        return list(_movie_faults(movie, data, mdat))
    except BoxFault as fault:
        return [str(fault)]


def _top_faults(boxes: list[Box]) -> Iterator[str]:
    kinds = [box.kind for box in boxes]
    for kind in kinds:
        if kind not in KNOWN_AT_TOP:
            yield f"The box {kind!r} at the top level is unknown."
    for kind in ("ftyp", "moov", "mdat"):
        if kinds.count(kind) != 1:
            yield f"There are {kinds.count(kind)} boxes {kind}, not one."
    if kinds[:1] != ["ftyp"]:
        yield "The file does not begin with its type (ftyp)."
    if "moov" in kinds and "mdat" in kinds and kinds.index("moov") > kinds.index("mdat"):
        yield "The index (moov) comes after the media (mdat)."


def _movie_faults(movie: ReadMovie, data: bytes, mdat: Box) -> Iterator[str]:
    handlers = [track.handler for track in movie.tracks]
    if sorted(handlers) not in (["vide"], ["soun", "vide"]):
        yield f"The tracks are {', '.join(handlers) or 'none'}, not pictures and at most one sound."
        return
    if len({track.number for track in movie.tracks}) != len(movie.tracks):
        yield "Two tracks have one number."
    longest = max(track.duration for track in movie.tracks)
    if abs(movie.duration - longest) > _ROUNDING_TICKS:
        yield f"The movie lasts {movie.duration} ticks, its longest track {longest}."
    for track in movie.tracks:
        yield from _time_faults(track, movie.scale)
        yield from _place_faults(track, mdat)
        yield from _picture_faults(track) if track.handler == "vide" else _sound_faults(track)
    yield from _overlaps(movie)
    pictures = next(track for track in movie.tracks if track.handler == "vide")
    if len(data) >= mdat.end:
        yield from _media_faults(pictures, data)


def _time_faults(track: ReadTrack, movie_scale: int) -> Iterator[str]:
    name = f"Track {track.number}"
    if not track.scale or not movie_scale:
        yield f"{name} or the movie counts in no time scale."
        return
    if not track.enabled:
        yield f"{name} is not enabled."
    if not track.self_contained:
        yield f"{name} takes its media from another file."
    samples, ticks = track.runs[:, 0], track.runs[:, 1]
    if int(samples.sum()) != len(track.sizes):
        yield f"{name} has durations for {int(samples.sum())} samples and {len(track.sizes)} samples."
    lasting = sum(int(count) * int(each) for count, each in zip(samples, ticks, strict=True))
    if lasting != track.media_duration:
        yield f"{name}'s samples last {lasting} ticks, its media header says {track.media_duration}."
    if not len(ticks) or ticks.min() < 1:
        yield f"{name} has samples that last no time."
    yield from _edit_faults(track, movie_scale)


def _edit_faults(track: ReadTrack, movie_scale: int) -> Iterator[str]:
    name = f"Track {track.number}"
    if len(track.edits) != 1 or track.edits[0].media_time < 0 or track.edits[0].rate != _RATE_1:
        yield f"{name} has {len(track.edits)} edits where one, at speed 1, is understood everywhere."
        return
    edit = track.edits[0]
    if abs(edit.duration - track.duration) > _ROUNDING_TICKS:
        yield f"{name} lasts {track.duration} ticks of the movie, its edit {edit.duration}."
    tick = Fraction(1, movie_scale)
    shown, held = edit.duration * tick, Fraction(track.media_duration - edit.media_time, track.scale)
    if shown > held + tick:
        yield f"{name}'s edit shows {float(shown):.6f} s, its media has {float(held):.6f} s."
    if track.handler == "vide" and edit.media_time:
        yield f"{name}'s edit cuts pictures from the start."
    if track.handler == "vide" and abs(held - shown) > tick:
        yield f"{name}'s edit leaves out pictures at the end."


def _place_faults(track: ReadTrack, mdat: Box) -> Iterator[str]:
    name = f"Track {track.number}"
    if not len(track.sizes):
        yield f"{name} has no samples."
        return
    if track.sizes.min() < 1:
        yield f"{name} has empty samples."
    ends = track.offsets + track.sizes
    if track.offsets.min() < mdat.body_at or ends.max() > mdat.end:
        yield f"{name} has samples outside the media data."


def _overlaps(movie: ReadMovie) -> Iterator[str]:
    starts = np.concatenate([track.offsets for track in movie.tracks])
    ends = starts + np.concatenate([track.sizes for track in movie.tracks])
    order = np.argsort(starts, kind="stable")
    if (starts[order][1:] < ends[order][:-1]).any():
        yield "Two samples lie over each other."


def _picture_faults(track: ReadTrack) -> Iterator[str]:
    if [entry.kind for entry in track.entries] != ["avc1"]:
        yield f"The pictures' entries are {[entry.kind for entry in track.entries]}, not one avc1."
        return
    if track.composition_offsets:
        yield "Pictures are shown in another order than they are stored."
    keys = track.key_samples
    if keys is not None and (not len(keys) or keys[0] != 1):
        yield "The first picture is not a key frame."
    if keys is not None and len(keys) and ((np.diff(keys) < 1).any() or keys[-1] > len(track.sizes)):
        yield "The key frames are not numbered upwards within the pictures."
    entry = track.entries[0]
    size = (entry.number(24, 2), entry.number(26, 2))
    if size != (track.width, track.height):
        yield f"The track is {track.width:g}x{track.height:g}, its entry {size[0]}x{size[1]}."
    yield from _configuration_faults(entry, size)


def _configuration_faults(entry: Box, size: tuple[int, int]) -> Iterator[str]:
    parts = {box.kind: box for box in entry.children(_VIDEO_ENTRY_BYTES)}
    if "avcC" not in parts:
        yield "The entry avc1 has no decoder configuration (avcC)."
        return
    config = parts["avcC"]
    if config.number(5, 1) & 31 != 1:
        yield f"There are {config.number(5, 1) & 31} SPS in avcC, not one."
        return
    unit = config.body[8 : 8 + config.number(6, 2)]
    try:
        sps = h264.parse_sps(unit)
    except h264.H264Fault as fault:
        yield f"The SPS in avcC cannot be read: {fault}."
        return
    said = tuple(config.body[1:4])
    if said != (sps.profile, sps.constraints, sps.level):
        yield f"avcC says profile, constraints and level {said}, its SPS says {tuple(unit[1:4])}."
    if (sps.width, sps.height) != size:
        yield f"The SPS describes {sps.width}x{sps.height}, the entry {size[0]}x{size[1]}."
    if "colr" in parts and parts["colr"].body[:4] not in (b"nclx", b"nclc"):
        yield f"The colours (colr) are described as {parts['colr'].body[:4]!r}."
    if "pasp" in parts and parts["pasp"].number(0, 4) != parts["pasp"].number(4, 4):
        yield "The pixels are not square."


def _sound_faults(track: ReadTrack) -> Iterator[str]:
    if [entry.kind for entry in track.entries] != ["mp4a"]:
        yield f"The sound's entries are {[entry.kind for entry in track.entries]}, not one mp4a."
        return
    entry = track.entries[0]
    config = _audio_configuration(entry)
    if config is None:
        yield "The entry mp4a has no AudioSpecificConfig (esds)."
        return
    kind, rate, channels = config[0] >> 3, (config[0] & 7) << 1 | config[1] >> 7, config[1] >> 3 & 15
    if kind != 2:
        yield f"The sound is of AAC object type {kind}, not AAC-LC."
    hertz = _SAMPLING_RATES_HZ[rate] if rate < len(_SAMPLING_RATES_HZ) else 0
    if (hertz, channels) != (entry.number(24, 4) >> 16, entry.number(16, 2)) or hertz != track.scale:
        said = f"{entry.number(24, 4) >> 16} Hz with {entry.number(16, 2)}, its ticks {track.scale} Hz"
        yield f"The sound is {hertz} Hz with {channels} channels, its entry says {said}."


def _audio_configuration(entry: Box) -> bytes | None:
    """Descends ES, decoder configuration and decoder specific info (ISO/IEC 14496-1, 7.2.6)."""
    for box in entry.children(_AUDIO_ENTRY_BYTES):
        if box.kind == "esds":
            stream = _descriptor(box.body[4:], 3)
            decoder = _descriptor(stream[3:], 4) if stream else None
            config = _descriptor(decoder[13:], 5) if decoder else None
            return config if config and len(config) >= 2 else None
    return None


def _descriptor(data: bytes, tag: int) -> bytes | None:
    if not data or data[0] != tag:
        return None
    size, at = 0, 1
    while at < min(len(data), 5):
        size = size << 7 | data[at] & 127
        at += 1
        if data[at - 1] < 128:
            break
    return data[at : at + size]


def _media_faults(track: ReadTrack, data: bytes) -> Iterator[str]:
    every = np.arange(1, len(track.sizes) + 1)
    keys = set((every if track.key_samples is None else track.key_samples).tolist())
    for number, (start, size) in enumerate(zip(track.offsets.tolist(), track.sizes.tolist(), strict=True), 1):
        try:
            units = h264.avcc_units(data[start : start + size])
        except h264.H264Fault as fault:
            yield f"Picture {number} is damaged: {fault}."
            return
        if h264.is_idr(units) != (number in keys):
            listed = "listed as a key frame and is none" if number in keys else "a key frame and not listed"
            yield f"Picture {number} is {listed}."
