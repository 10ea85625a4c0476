"""A template with its files on this machine: what every row of it has in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reelpress.cli.films import draw_missing, film_contents, film_path
from reelpress.cli.template import plan_with_films
from reelpress.cli.work import How, Work
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import FieldFault, Plan, Resolved, resolve
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.render import PressOrder, Stockroom, file_digest

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # of two letters at least: C: is a drive
Faults = tuple[FieldFault, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """`pictures`: the folder that relative paths of image and video fields start from."""

    plan: Plan
    encoded: bytes
    files: Mapping[str, Path]
    contents: Mapping[str, str]
    room: Stockroom
    pictures: Path
    how: How = "press"
    at_s: float = -1.0

    @classmethod
    def of(
        cls,
        template: Path,
        room: Stockroom,
        pictures: Path,
        how: How,
        at_s: float = -1.0,
        *,
        draws: bool = True,
    ) -> "Job":
        """`draws`: have melt draw what we do not.

        Raises StartupFault for a template or a file of it that cannot be used.
        """
        plan, parts = plan_with_films(template)
        drawn = {part.name for part in parts}
        named = {*plan.resources, *(name for part in parts for name in part.resources)} - drawn
        files = {name: (template.parent / name).resolve() for name in sorted(named)}
        contents = {name: _digest(template, name, path) for name, path in files.items()}
        of_films = film_contents(parts, contents)
        films = {name: film_path(content) for name, content in of_films.items()}
        if draws:
            draw_missing(template, parts, films, files)
        own = {name: path for name, path in (files | films).items() if name in plan.resources}
        contents |= of_films
        return cls(
            plan,
            plan.encode(),
            own,
            {name: contents[name] for name in own},
            room,
            pictures,
            how,
            at_s,
        )

    def resolved(self, values: Mapping[str, str]) -> Resolved | Faults:
        """What the layers show, or everything that is wrong with the values."""
        found = resolve(self.plan, values)
        if not isinstance(found, Resolved):
            return found
        faults = tuple(
            FieldFault(entry.field, entry.layer, problem)
            for what, entries in (("picture", found.images), ("clip", found.clips))
            for entry in entries
            if entry.value and (problem := self._file_problem(what, entry.field, entry.value))
        )
        return faults or found

    def work(self, resolved: Resolved, path: Path, draft: Path) -> Work:
        return Work(self.order(resolved), self.how, path, draft, self.at_s)

    def order(self, resolved: Resolved) -> PressOrder:
        own = {image_key(field): self.picture(value) for field, value in resolved.file_values.items()}
        return PressOrder(self.encoded, resolved, {**self.files, **own}, self.contents, self.room)

    def picture(self, value: str) -> Path:
        return (self.pictures / value).resolve()

    def name_picture(self, value: str) -> str:
        """Equal pictures and clips have equal names, whatever their files are called."""
        return picture_digest(self.picture(value))

    def _file_problem(self, what: str, field: str, value: str) -> str:
        if _ADDRESS.match(value):
            return (
                f"field {field!r} holds an address; the command line fetches nothing: "
                f"save the {what} and give the path of its file"
            )
        if not self.picture(value).is_file():
            return f"field {field!r}: there is no such {what} file (paths start from {self.pictures})"
        return ""


@lru_cache(maxsize=65_536)
def picture_digest(path: Path) -> str:
    """Read once a run."""
    return file_digest(path)


def _digest(template: Path, name: str, path: Path) -> str:
    try:
        return file_digest(path)
    except FileNotFoundError:
        raise StartupFault(f"{template.name}: {name}: the file is missing") from None
    except OSError as problem:
        raise StartupFault(f"{template.name}: {name}: {problem.strerror or 'cannot be read'}") from None
