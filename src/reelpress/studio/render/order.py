"""What a press is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reelpress.studio.plan.digest import Contents
from reelpress.studio.plan.mapping import Resolved

Files = Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Order:
    """One customer: what her layers show, and the local files and digests of what she brought."""

    resolved: Resolved
    files: Files
    contents: Contents
