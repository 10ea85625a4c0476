"""MLT's spellings of a moment: frames, `hh:mm:ss.mmm`, `hh:mm:ss:ff`, `mm:ss.mmm`, seconds with a dot."""

import re
from fractions import Fraction

_LONGEST = 40  # characters
_MOST = 2**31 - 1  # frames, as MLT counts them
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,](\d+))?")
_SMPTE = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+)")


def parse_time(text: str, fps: Fraction) -> int:
    """Frames; a negative time counts from an end, as MLT has it. Raises ValueError."""
    text = text.strip()
    if len(text) > _LONGEST:
        raise ValueError(f"{text[:12]!r}... of {len(text)} characters is not a time")
    frames = _frames(text, fps)
    if abs(frames) > _MOST:
        raise ValueError(f"{text!r} is longer than any project")
    return frames


def _frames(text: str, fps: Fraction) -> int:
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if text.startswith("-"):
        return -_clock(text[1:], fps)
    return _clock(text, fps)


def _clock(text: str, fps: Fraction) -> int:
    if match := _SMPTE.fullmatch(text):
        hours, minutes, seconds, frames = (int(group) for group in match.groups())
        return round((hours * 3600 + minutes * 60 + seconds) * fps) + frames
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds, fraction = match.groups()
        whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds)
        return round((whole + Fraction(f"0.{fraction or 0}")) * fps)
    raise ValueError(f"{text!r} is not a time")
