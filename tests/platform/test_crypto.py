"""Secrets at rest."""

import base64
import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from reelpress.platform.crypto import Keyring, open_keyring
from reelpress.platform.errors import StartupFault


def test_what_was_encrypted_comes_back() -> None:
    keys = Keyring(os.urandom(32))
    assert keys.decrypt(keys.encrypt("नमस्ते".encode(), purpose="values"), purpose="values").decode() == "नमस्ते"


def test_a_value_cannot_be_moved_to_another_purpose() -> None:
    keys = Keyring(os.urandom(32))
    sealed = keys.encrypt(b"secret", purpose="values")
    with pytest.raises(ValueError, match="cannot be decrypted"):
        keys.decrypt(sealed, purpose="keys")


def test_a_changed_value_is_refused() -> None:
    keys = Keyring(os.urandom(32))
    sealed = bytearray(keys.encrypt(b"secret", purpose="values"))
    sealed[-1] ^= 1
    with pytest.raises(ValueError, match="cannot be decrypted"):
        keys.decrypt(bytes(sealed), purpose="values")


def test_the_root_key_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    first = open_keyring(None, tmp_path).digest("x")
    assert open_keyring(None, tmp_path).digest("x") == first
    assert (tmp_path / "root.key").stat().st_mode & 0o077 == 0


def test_a_root_key_of_the_wrong_size_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartupFault, match="32 bytes"):
        open_keyring(SecretStr(base64.b64encode(b"short").decode()), tmp_path)
