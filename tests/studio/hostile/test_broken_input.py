"""Broken, lying and hostile files: each is refused with a reason, or becomes a copy that is right."""

import re
from pathlib import Path

import pytest
from PIL import Image
from tests.studio.hostile.cases import SECRET, Case, Kept, Refused
from tests.studio.hostile.corpus import CASES
from tests.studio.hostile.house import assert_house_film, assert_house_sound
from tests.studio.hostile.kitchen import Outcome, Surroundings

Run = tuple[dict[str, Outcome], Surroundings]
OWN_NAMES = re.compile(r"000\.in(\.ours|\.d)?|\d{3}\.bin\.ours")
REFUSED = [case for case in CASES if isinstance(case.outcome, Refused)]
KEPT = [case for case in CASES if isinstance(case.outcome, Kept)]


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_it_is_refused_by_name_with_a_reason_and_what_to_do(case: Case, outcomes: dict[str, Outcome]):
    outcome = outcomes[case.name]
    assert (outcome.fault, outcome.copies) == (None, ())
    assert outcome.refusal is not None
    assert (outcome.refusal.status, outcome.refusal.code) == (422, "unusable_asset")
    error = outcome.refusal.body(None)["error"]
    assert re.search(case.outcome.reason, error["message"])
    assert error["fix"]
    assert len(error["details"]) == 1
    detail = error["details"][0]
    assert detail["file"]
    assert error["message"].startswith(detail["file"])
    assert len(detail["message"]) < 400
    told = f"{error['message']} {error['fix']} {detail['message']}"
    assert not re.search(r"Error|Errno|Traceback|None|/tmp|" + SECRET, told)


@pytest.mark.parametrize("case", KEPT, ids=str)
def test_it_becomes_a_copy_that_is_right(case: Case, outcomes: dict[str, Outcome], tmp_path: Path):
    outcome, wanted = outcomes[case.name], case.outcome
    assert (outcome.fault, outcome.refusal) == (None, None)
    kind, facts, content = outcome.copies[0]
    assert kind == wanted.kind
    path = tmp_path / "ours"
    path.write_bytes(content)
    if kind == "video":
        assert facts["duration_s"] == pytest.approx(
            assert_house_film(path, (facts["width"], facts["height"])), abs=1e-5
        )
    if kind == "audio":
        assert facts["duration_s"] == pytest.approx(assert_house_sound(path), abs=1e-5)
    if kind == "image":
        with Image.open(path) as picture:
            picture.load()
            assert (picture.size, picture.format) == (
                (facts["width"], facts["height"]),
                facts["output_format"],
            )
    if wanted.size:
        assert (facts["width"], facts["height"]) == wanted.size
    if wanted.seconds:
        assert wanted.seconds[0] - 0.001 <= facts["duration_s"] <= wanted.seconds[1] + 0.001
    assert SECRET.encode() not in content or kind == "mlt"


def test_nothing_is_written_outside_of_a_files_own_folder(run: Run):
    outcomes, around = run
    assert around.written == {}
    strange = {
        name: outcome.left
        for name, outcome in outcomes.items()
        if not all(OWN_NAMES.fullmatch(path) for path in outcome.left)
    }
    assert strange == {}


def test_nobody_is_called(run: Run):
    assert run[1].calls == 0


def test_no_process_is_left(run: Run):
    assert run[1].processes == []


def test_every_process_had_the_limits_of_an_untrusted_file(outcomes: dict[str, Outcome]):
    """20 s, and for a copy as much more as its picture and sound take; every file here is short."""
    limits = {limit for outcome in outcomes.values() for limit in outcome.limits}
    assert {limit.memory_mb for limit in limits} == {512}
    assert max(limit.seconds for limit in limits) < 23
