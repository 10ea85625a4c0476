from pathlib import Path

import av
import numpy as np
import pytest
from bench.quality import Blocks, block_errors, blocks_of, psnr
from bench.straight import write_straight

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(16, 235, (72, 100), dtype=np.uint8)


def test_only_the_damaged_block_loses() -> None:
    damaged = PICTURE.copy()
    damaged[16:32, 32:48] ^= 16
    found = psnr(block_errors(damaged, PICTURE))
    assert found.shape == (5, 7)
    assert found[1, 2] == pytest.approx(10 * np.log10(255**2 / 16**2), abs=0.01)
    assert np.count_nonzero(found < 48) == 1


def test_blocks_at_the_edges_count_their_own_pixels_only() -> None:
    damaged = PICTURE.copy()
    damaged[64:, 96:] ^= 4
    assert psnr(block_errors(damaged, PICTURE))[-1, -1] == pytest.approx(
        10 * np.log10(255**2 / 4**2), abs=0.01
    )


def test_an_error_nobody_sees_counts_as_one_step() -> None:
    assert psnr(block_errors(PICTURE, PICTURE)).max() == pytest.approx(48.13, abs=0.01)


def test_what_is_seen_of_a_loss_stands_beside_it() -> None:
    blocks = Blocks(window=1)
    blocks.add(np.array([[4.0, 5.0]]), np.array([[0.5, 4.0]]))
    assert blocks.lasting_db == pytest.approx(10 * np.log10(4))
    assert blocks.seen_db == pytest.approx(10 * np.log10(5 / 4))


def test_blocks_far_from_the_straight_encode_are_counted_both_ways() -> None:
    blocks = Blocks(window=2)
    blocks.add(*errors([[16.0, 4.0], [64.0, 4.0]]))
    blocks.add(*errors([[2.0, 15.0], [4.0, 128.0]]))
    assert (blocks.count, blocks.below, blocks.above) == (8, 3, 0)
    assert blocks.worst_db == pytest.approx(10 * np.log10(128 / 4))
    assert blocks.worst_frame == 1
    blocks.add(*errors([[0.5, 0.9], [0.1, 0.9]]))
    assert blocks.above == 4


def test_a_block_is_judged_over_the_pictures_that_last_as_long_as_an_eye_needs() -> None:
    blocks = Blocks(window=2)
    blocks.add(*errors([[36.0]]))
    blocks.add(*errors([[4.0]]))
    assert blocks.lasting_db == pytest.approx(10 * np.log10(20 / 4))
    assert blocks.worst_db == pytest.approx(10 * np.log10(36 / 4))
    blocks.add(*errors([[40.0]]))
    assert blocks.lasting_db == pytest.approx(10 * np.log10(20 / 4))
    blocks.close()
    assert blocks.lasting_db == pytest.approx(10 * np.log10(40 / 4))


def test_two_files_are_compared_block_by_block(tmp_path: Path) -> None:
    frames = [np.full((96, 64), 128, np.uint8)] * 4
    stained = [frame.copy() for frame in frames]
    for frame in stained:
        frame[16:32, 16:32] = 160
    good, bad = tmp_path / "good.mp4", tmp_path / "bad.mp4"
    _encoded(frames, good)
    _encoded(stained, bad)
    assert blocks_of(iter(frames), good, good).lasting_db == 0
    assert blocks_of(iter(frames), bad, good).lasting_db > 30
    assert blocks_of(iter(frames), bad, good).below == 4


def _encoded(frames: list[np.ndarray], path: Path) -> None:
    silent = path.with_suffix(".silent.mp4")
    with av.open(str(silent), "w") as container:
        container.add_stream("libx264", rate=30)
        container.mux(container.streams.video[0].encode(av.VideoFrame.from_ndarray(frames[0], "yuv420p")))
        container.mux(container.streams.video[0].encode(None))
    write_straight(frames, 30, path, silent)


def errors(ours: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Of our blocks, and of the straight encode's, which are 4 everywhere."""
    return np.array(ours), np.full_like(np.array(ours), 4.0)


def _noisy(strength: int) -> np.ndarray:
    noise = RNG.integers(-strength, strength + 1, PICTURE.shape)
    return np.clip(PICTURE.astype(int) + noise, 0, 255).astype(np.uint8)
