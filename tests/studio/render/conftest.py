from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.studio.render.media_samples import make_film, make_picture

from reelpress.studio.plan import OutputSpec, PartSource, Plan, Resolved, compile_plan, resolve
from reelpress.studio.render import PressOrder, Stockroom, compose, file_digest, write_video
from reelpress.studio.render.planes import Converter, Frame
from reelpress.studio.scene import parse_scene


@dataclass(frozen=True)
class Samples:
    folder: Path
    files: dict[str, Path]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    folder = tmp_path_factory.mktemp("samples")
    files = {
        "film.mp4": make_film(folder / "film.mp4"),
        "mute.mp4": make_film(folder / "mute.mp4", tone_hz=None),
        "face.png": make_picture(folder / "face.png"),
    }
    return Samples(folder, files)


@dataclass(frozen=True)
class Job:
    """A plan with values and files, ready to render."""

    plan: Plan
    resolved: Resolved
    files: Mapping[str, Path]

    def frames(self) -> list[Frame]:
        return list(compose(self.plan, self.resolved, self.files))

    def rgb(self, number: int) -> NDArray[np.uint8]:
        return Converter().to_rgb(self.frames()[number])


def press_order(job: Job, folder: Path) -> PressOrder:
    """The job as a render process takes it; what is kept lies in `folder`."""
    own = {name: file_digest(path) for name, path in job.files.items() if name in job.plan.resources}
    return PressOrder(job.plan.encode(), job.resolved, job.files, own, Stockroom(folder / "cache"))


def pressed(job: Job, folder: Path) -> Path:
    """The customer's video as a file in `folder`; what was made before it lies there too."""
    path = folder / "video.mp4"
    write_video(press_order(job, folder), path)
    return path


MakeJob = Callable[..., Job]


@pytest.fixture
def job(samples: Samples) -> MakeJob:
    def make(
        document: bytes,
        output: OutputSpec | None = None,
        /,
        more: Mapping[str, Path] | None = None,
        **values: str,
    ) -> Job:
        plan = compile_plan([PartSource("mlt", scene=parse_scene(document))], [], output or OutputSpec())
        resolved = resolve(plan, values)
        assert isinstance(resolved, Resolved), resolved
        return Job(plan, resolved, samples.files | dict(more or {}))

    return make
