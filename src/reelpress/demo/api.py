"""The demo's only way to the program: HTTP, as any outsider would use it."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from reelpress.platform.errors import StartupFault
from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest

TIMEOUT_S = 60.0
MAX_ANSWER_BYTES = 20_000_000


class DemoFault(StartupFault):
    """A call of the demo was refused; says which and why."""


@dataclass(frozen=True, slots=True)
class Api:
    """One origin and the credentials of one workspace."""

    http: HttpOut
    origin: str
    authorization: str

    async def call(self, method: str, path: str, body: object | None = None) -> Any:
        """Send JSON, get JSON. Raises DemoFault unless the answer is 2xx."""
        data = None if body is None else json.dumps(body).encode()
        return await self._send(method, path, data, "application/json")

    async def upload(self, path: str, files: dict[str, bytes]) -> Any:
        """multipart/form-data (RFC 7578) with parts named `file`."""
        boundary = uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: application/octet-stream\r\n\r\n".encode()
            + content
            + b"\r\n"
            for name, content in files.items()
        ]
        data = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return await self._send("POST", path, data, f"multipart/form-data; boundary={boundary}")

    async def size(self, url: str) -> int | None:
        """The Content-Length of a medium, None when it cannot be had."""
        answer = await self.http.send(OutRequest("HEAD", url, (), None))
        if isinstance(answer, OutFailure) or answer.status != 200:
            return None
        length = answer.header("content-length")
        return int(length) if length else None

    async def is_ready(self) -> bool:
        """Whether the server answers and has its database."""
        answer = await self.http.send(OutRequest("GET", f"{self.origin}/readyz", (), None))
        return not isinstance(answer, OutFailure) and answer.status == 200

    async def _send(self, method: str, path: str, data: bytes | None, content_type: str) -> Any:
        request = OutRequest(
            method=method,
            url=f"{self.origin}{path}",
            headers=(("Authorization", self.authorization), ("Content-Type", content_type)),
            body=data,
            timeout_s=TIMEOUT_S,
            max_bytes=MAX_ANSWER_BYTES,
        )
        answer = await self.http.send(request)
        if isinstance(answer, OutFailure):
            raise DemoFault(f"{method} {path} did not get an answer: {answer.message}")
        if not 200 <= answer.status < 300:
            raise DemoFault(
                f"{method} {path} was answered {answer.status}: {answer.body[:500].decode(errors='replace')}"
            )
        return json.loads(answer.body) if answer.body else None


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(user: str, password: str) -> str:
    """RFC 7617."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
