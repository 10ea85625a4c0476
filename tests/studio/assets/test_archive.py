"""Zips: names never point anywhere, sizes are counted."""

import stat
import zipfile
from pathlib import Path

import pytest

from reelpress.studio.assets.archive import unpack
from reelpress.studio.assets.faults import MediaFault


def make_zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inner = tmp_path / "inner"
    inner.mkdir()
    return inner


def test_entries_are_written_to_numbered_files(tmp_path: Path, folder: Path):
    source = make_zip(
        tmp_path / "a.zip",
        {"one/clip.mp4": b"1", "one/नाम.png": b"2", "__MACOSX/x": b"3", ".DS_Store": b"4", "one/": b""},
    )
    entries = unpack(source, folder)
    assert [entry.name for entry in entries] == ["one/clip.mp4", "one/नाम.png"]
    assert [entry.path.read_bytes() for entry in entries] == [b"1", b"2"]
    assert sorted(path.name for path in folder.iterdir()) == ["000.bin", "001.bin"]


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "a\\..\\evil", "a\nb", "x" * 400]
)
def test_names_that_point_elsewhere_are_refused(tmp_path: Path, folder: Path, name: str):
    with pytest.raises(MediaFault):
        unpack(make_zip(tmp_path / "a.zip", {name: b"1"}), folder)
    assert not list(folder.iterdir())


def test_links_are_refused(tmp_path: Path, folder: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(MediaFault, match="link"):
        unpack(tmp_path / "a.zip", folder)


def test_a_bomb_stops_while_it_unpacks(tmp_path: Path, folder: Path):
    source = make_zip(tmp_path / "a.zip", {f"{number}.bin": bytes(20_000_000) for number in range(5)})
    with pytest.raises(MediaFault, match="far more"):
        unpack(source, folder)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= source.stat().st_size * 200 + 1_000_000


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(18), b"", b"PK\x03\x04"]
)
def test_broken_and_empty_zips_are_refused(tmp_path: Path, folder: Path, content: bytes):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(MediaFault):
        unpack(tmp_path / "a.zip", folder)


def test_too_many_entries_and_twins_are_refused(tmp_path: Path, folder: Path):
    with pytest.raises(MediaFault, match="201 files"):
        unpack(make_zip(tmp_path / "a.zip", {str(number): b"" for number in range(201)}), folder)
    with pytest.raises(MediaFault, match="twice"):
        unpack(make_zip(tmp_path / "b.zip", {"Clip.mp4": b"", "clip.MP4": b""}), folder)


def test_a_changed_byte_is_noticed(tmp_path: Path, folder: Path):
    source = make_zip(tmp_path / "a.zip", {"a": b"content " * 100})
    data = bytearray(source.read_bytes())
    data[40] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(MediaFault):
        unpack(source, folder)
