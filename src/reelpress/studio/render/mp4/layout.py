"""Where the samples lie: half a second of pictures, then the sound of the same time, and so on."""

import numpy as np

from reelpress.studio.render.mp4.boxes import Table
from reelpress.studio.render.mp4.model import AUDIO, VIDEO, AudioTrack, Chunks, Sizes, VideoTrack

CHUNKS_PER_S = 2


def interleave(video: VideoTrack, audio: AudioTrack | None) -> Chunks:
    """The chunks with offsets counted from the start of the media data."""
    fps = video.fps
    ends = {VIDEO: _ends(len(video.sizes), fps.numerator, CHUNKS_PER_S * fps.denominator, 0)}
    sizes = {VIDEO: video.sizes}
    if audio is not None:
        step = CHUNKS_PER_S * audio.frame_samples
        ends[AUDIO] = _ends(len(audio.sizes), audio.sample_rate, step, CHUNKS_PER_S * audio.priming)
        sizes[AUDIO] = audio.sizes
    columns = [_chunks(track, sizes[track], ends[track]) for track in ends]
    rounds = np.concatenate([np.arange(len(column)) for column in columns])
    return _in_file_order(columns, rounds)


def _ends(samples: int, numerator: int, denominator: int, lead: int) -> Table:
    """For each round k = 1, 2, ... how many samples begin before its end.

    That is ceil((k * numerator + lead) / denominator).
    """
    rounds = max(1, -(-(samples * denominator - lead) // numerator))
    ends = -(-(np.arange(1, rounds + 1, dtype=np.int64) * numerator + lead) // denominator)
    return np.minimum(ends, samples)


def _chunks(track: int, sizes: Sizes, ends: Table) -> Chunks:
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    upto = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
    tracks = np.full(len(ends), track, np.int64)
    return Chunks(tracks, starts, ends - starts, np.zeros_like(ends), upto[ends] - upto[starts])


def _in_file_order(columns: list[Chunks], rounds: Table) -> Chunks:
    track = np.concatenate([column.track for column in columns])
    count = np.concatenate([column.count for column in columns])
    order = np.lexsort((track, rounds))
    order = order[count[order] > 0]
    size = np.concatenate([column.size for column in columns])[order]
    first = np.concatenate([column.first for column in columns])[order]
    return Chunks(track[order], first, count[order], np.cumsum(size) - size, size)
