"""What an upload really is."""

import pytest

from reelpress.studio.assets.sniff import Sniffed, Unwanted, sniff


@pytest.mark.parametrize(
    ("head", "kind", "form"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image", "PNG"),
        (b"\xff\xd8\xff\xe0....", "image", "JPEG"),
        (b"GIF89a....", "image", "GIF"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image", "WEBP"),
        (b"\x00\x00\x00\x20ftypisom....", "video", "mov"),
        (b"\x00\x00\x00\x20ftypM4A ....", "audio", "mov"),
        (b"\x00\x00\x00\x08wide\x00\x00", "video", "mov"),
        (b"\x1a\x45\xdf\xa3....", "video", "matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video", "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio", "wav"),
        (b"fLaC\x00\x00", "audio", "flac"),
        (b"ID3\x04\x00", "audio", "mp3"),
        (b"\xff\xfb\x90\x64....", "audio", "mp3"),
        ((b"\x47" + bytes(187)) * 3, "video", "mpegts"),
        (b"\x00\x01\x00\x00\x00\x10", "font", "ttf"),
        (b"OTTO\x00\x0a", "font", "otf"),
        (b"PK\x03\x04\x14\x00", "zip", "zip"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<mlt version="7">', "mlt", "mlt"),
    ],
)
def test_known_files_are_named_by_their_first_bytes(head: bytes, kind: str, form: str):
    assert sniff(head) == Sniffed(kind, form)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"),
        (b"\xef\xbb\xbf  #extm3u\n", "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "playlist"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash">', "playlist"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b'<?xml version="1.0"?><!-- x --><svg>', "SVG"),
        (b"<html><body>", "mlt"),
        (b"\x00\x00\x00\x1cftypheic", "HEIF"),
        (b"wOF2\x00\x01\x00\x00", "web fonts"),
        (b"", "empty"),
        (b"%PDF-1.7\n", "pdf"),
        (b"MZ\x90\x00", "cannot be used"),
        (b"\x07\x00\x07\x00zz", "not known"),
    ],
)
def test_everything_else_is_refused_with_its_reason(head: bytes, word: str):
    found = sniff(head)
    assert isinstance(found, Unwanted)
    assert word.lower() in found.reason.lower()
    assert found.fix
