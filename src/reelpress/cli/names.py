"""Names of the files of a run: safe on every file system, unique, and without personal data unless asked."""

import re
import unicodedata
from dataclasses import dataclass, field

MAX_BYTES = 120
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(slots=True)
class Names:
    """Gives the same names to the same rows in the same order. `chosen`: the user asked for names."""

    suffix: str
    chosen: bool = False
    _used: set[str] = field(default_factory=set[str])

    def of(self, number: int, wanted: str) -> str:
        """`wanted`, made safe and unique; the row's number where there is none."""
        plain = f"{number:06d}"
        if not self.chosen:
            return plain + self.suffix
        stem = name = safe_stem(wanted) or plain
        again = 1
        while name.casefold() in self._used:
            again += 1
            name = f"{stem}-{again}"
        self._used.add(name.casefold())
        return name + self.suffix


def safe_stem(wanted: str) -> str:
    """Letters, digits, `_`, `-` and `.` of any script; never hidden, reserved, empty-handed or long."""
    kept = "".join(c if _is_plain(c) else " " for c in unicodedata.normalize("NFC", wanted))
    stem = "-".join(kept.split()).encode()[:MAX_BYTES].decode(errors="ignore").strip("-.")
    return f"_{stem}" if _RESERVED.fullmatch(stem) else stem


def _is_plain(character: str) -> bool:
    """Marks belong to the letters of many scripts."""
    return unicodedata.category(character)[0] in "LMN" or character in "_-."
