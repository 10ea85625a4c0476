from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.studio.mlt_documents import clear, document, place, producer, text
from tests.studio.render.media_samples import make_film, make_picture

from reelpress.cli.batch import Summary
from reelpress.cli.job import Job
from reelpress.cli.render import render_rows, stockroom
from reelpress.cli.table import open_table
from reelpress.cli.work import How

FILM = producer("film", "avformat-novalidate", "film.mp4", 50, tag="chain")
NAME = clear("title", 50, text("Hi {{name}}", geometry="20 100 280 60 1", reelpress_name="Name"))
CITY = clear("city", 50, text("{{city}}", geometry="20 20 280 40 1", reelpress_fallback="Pune"))
PHOTO = producer("photo", "qimage", "face.png", 50, place("200 60 80 60 1"), reelpress_field="photo")


@dataclass(frozen=True)
class Shop:
    """A template of 2 s at 320x180 over a film, and what a run over it leaves in `folder`."""

    template: Path
    folder: Path
    cache: Path

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def csv(self, *lines: str, name: str = "rows.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    def job(self, rows: Path, how: How = "press") -> Job:
        return Job.of(self.template, stockroom(self.cache), rows.parent, how)

    def run(self, rows: Path, *, name: str = "", limit: int | None = None, how: How = "press") -> Summary:
        job = self.job(rows, how)
        return render_rows(job, open_table(rows, job.plan, name), self.out, limit=limit)

    def results(self) -> list[list[str]]:
        """Row, file, status, error of every line of the results."""
        lines = (self.out / "results.csv").read_text().splitlines()[1:]
        return [[cells[0], cells[1], cells[2], cells[5]] for cells in (line.split(",") for line in lines)]


OpenShop = Callable[..., Shop]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    make_film(folder / "film.mp4")
    make_picture(folder / "face.png")
    return folder


@pytest.fixture
def open_shop(media: Path, tmp_path: Path) -> OpenShop:
    """Layers over the film, each from frame 10 on, for 30 frames."""

    def make(layers: Sequence[str] = (NAME,), *, height: int = 180) -> Shop:
        folder = tmp_path / "shop"
        folder.mkdir(exist_ok=True)
        for file in media.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        ids = [layer.split('id="')[1].split('"')[0] for layer in layers]
        tracks = [[("film", 0, 0, 49)], *([(id_, 10, 0, 29)] for id_ in ids)]
        path = folder / "card.mlt"
        path.write_bytes(document([FILM, *layers], tracks, frames=50, height=height))
        return Shop(path, folder, tmp_path / "cache")

    return make
