"""Secrets at rest: authenticated encryption and keyed hashes under one root key."""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from reelpress.platform.errors import StartupFault

KEY_BYTES = 32
NONCE_BYTES = 12


class Keyring:
    """Keys derived from the root key, one per purpose (HKDF, RFC 5869)."""

    def __init__(self, root: bytes) -> None:
        if len(root) != KEY_BYTES:
            raise StartupFault(f"the root key must be {KEY_BYTES} bytes in base64, it is {len(root)}")
        self._root = root
        self._ciphers: dict[str, AESGCM] = {}
        self._digest_key = self._derive("digest")

    def encrypt(self, data: bytes, *, purpose: str) -> bytes:
        """AES-256-GCM; the purpose is bound in, so a value cannot be moved to another use."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(purpose).encrypt(nonce, data, purpose.encode())

    def decrypt(self, data: bytes, *, purpose: str) -> bytes:
        """The plain bytes. Raises ValueError when the value was changed or the root key is another."""
        try:
            return self._cipher(purpose).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], purpose.encode())
        except InvalidTag as fault:
            raise ValueError(f"a stored {purpose} cannot be decrypted with this root key") from fault

    def digest(self, secret: str) -> bytes:
        """HMAC-SHA-256 of a token or key, for storage and look-up."""
        return hmac.new(self._digest_key, secret.encode(), hashlib.sha256).digest()

    def _cipher(self, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            self._ciphers[purpose] = AESGCM(self._derive(f"encrypt:{purpose}"))
        return self._ciphers[purpose]

    def _derive(self, info: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"reelpress:{info}".encode()).derive(self._root)


def open_keyring(setting: SecretStr | None, data_dir: Path) -> Keyring:
    """The keyring of this installation: from the setting, else from `data_dir/root.key`, made once."""
    encoded = setting.get_secret_value() if setting else read_or_make(data_dir / "root.key", _fresh_key)
    try:
        return Keyring(base64.b64decode(encoded, validate=True))
    except binascii.Error as fault:
        raise StartupFault("the root key is not base64: check REELPRESS_ROOT_KEY or root.key") from fault


def read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The secret in a file; made and written once, readable by the owner only."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # atomic: a second process that starts at once reads the winner's secret
        draft.unlink()
    return path.read_text().strip()


def _fresh_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
