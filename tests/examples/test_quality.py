"""The sample videos beside a straight encode of the same frames, as the benchmark judges film."""

from pathlib import Path

import pytest
from bench.quality import compare

TEMPLATES = Path(__file__).parents[2] / "examples" / "templates"


@pytest.mark.parametrize(
    ("name", "values"),
    [("welcome", {"name": "Emma"}), ("thank-you", {"name": "दिया", "tier": "Platinum", "points": "30750"})],
    ids=["welcome", "thank-you"],
)
def test_a_sample_video_is_as_good_as_a_straight_encode(
    name: str, values: dict[str, str], tmp_path: Path
) -> None:
    quality = compare(TEMPLATES / name / f"{name}.mlt", values, tmp_path)
    assert quality.ssim_mean_gap <= 0.003
    assert quality.ssim_worst_gap <= 0.003
    assert quality.bytes_vs_straight <= 1.10
    assert quality.seen_block_gap_db <= 6, "a letter's edge that stays wrong is 10 to 15 dB behind"
    assert quality.lasting_block_gap_db <= 7.5
