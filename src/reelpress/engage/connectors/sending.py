"""Send one prepared request: only 200 is success, a refused token is refreshed once, all is recorded."""

from typing import Final

from reelpress.engage import oauth
from reelpress.engage.connectors.model import AttemptRecord, Authorization, PreparedRequest, SendOutcome
from reelpress.engage.connectors.request import with_header
from reelpress.engage.connectors.secrets import credentials_of
from reelpress.engage.oauth.masking import MASK
from reelpress.platform.context import Platform
from reelpress.platform.http_out import FailureKind, OutFailure, OutRequest, OutResponse

SEND_ID_HEADER: Final = "X-Reelpress-Send-Id"
ANSWER_KEPT_BYTES: Final = 2_048
ANSWER_MAX_BYTES: Final = 1_000_000

_NETWORK: Final[dict[FailureKind, str]] = {
    "refused": "Address refused",
    "dns": "Name not found",
    "connect": "No connection",
    "tls": "TLS failed",
    "timeout": "Timed out",
    "too_large": "Answer too large",
    "redirect": "Redirected",
    "protocol": "Broken answer",
}


async def send(
    platform: Platform, workspace_id: str, prepared: PreparedRequest, *, send_id: str
) -> SendOutcome:
    """Outside failures are outcomes, never exceptions. `send_id` goes out as a header and is the same on
    every resend of a send, so that the receiver can tell a repetition."""
    return await _Sending(platform, workspace_id, prepared, send_id).run()


class _Sending:
    """One send: at most two attempts, the second only with a token that was refreshed for it."""

    def __init__(
        self, platform: Platform, workspace_id: str, prepared: PreparedRequest, send_id: str
    ) -> None:
        self._platform = platform
        self._workspace_id = workspace_id
        self._prepared = prepared
        self._send_id = send_id
        self._attempts: list[AttemptRecord] = []

    async def run(self) -> SendOutcome:
        authorization = self._prepared.authorization
        if authorization is None:
            return self._outcome(await self._try(None))
        token = await self._token(authorization)
        if isinstance(token, oauth.TokenFailure):
            return self._without_token(token)
        answer = await self._try(token)
        if not _asks_for_refresh(answer, authorization, token):
            return self._outcome(answer)
        refreshed = await self._token(authorization, refused=token.value)
        if isinstance(refreshed, oauth.TokenFailure):
            return self._without_token(refreshed)
        return self._outcome(await self._try(refreshed, is_refreshed=True), after_refresh=True)

    async def _token(
        self, authorization: Authorization, refused: str | None = None
    ) -> oauth.Token | oauth.TokenFailure:
        return await oauth.token(
            self._platform, self._workspace_id, authorization.configuration_id, refused=refused
        )

    async def _try(
        self, token: oauth.Token | None, *, is_refreshed: bool = False
    ) -> OutResponse | OutFailure:
        at = self._platform.clock.now()
        answer = await self._platform.http.send(self._request(token))
        failed = isinstance(answer, OutFailure)
        self._attempts.append(
            AttemptRecord(
                number=len(self._attempts) + 1,
                at=at,
                status=None if failed else answer.status,
                elapsed_ms=answer.elapsed_ms,
                error=answer.message if failed else None,
                answer=None if failed else _kept(answer.body, self._hidden(token)),
                token_refreshed=is_refreshed,
            )
        )
        return answer

    def _hidden(self, token: oauth.Token | None) -> tuple[str, ...]:
        """Longest first, so that no end of one stays."""
        tokens = (token.value,) if token else ()
        return tuple(sorted({*tokens, *credentials_of(self._prepared)}, key=len, reverse=True))

    def _request(self, token: oauth.Token | None) -> OutRequest:
        prepared = self._prepared
        headers = with_header(prepared.headers, SEND_ID_HEADER, self._send_id)
        if token is not None and prepared.authorization is not None:
            prefix = prepared.authorization.prefix
            value = f"{token.prefix if prefix is None else prefix} {token.value}".strip()
            headers = with_header(headers, prepared.authorization.key, value)
        return OutRequest(
            prepared.method,
            prepared.url,
            headers,
            prepared.body,
            prepared.timeout_s,
            ANSWER_MAX_BYTES,
            allow_http=prepared.allow_http,
        )

    def _outcome(self, answer: OutResponse | OutFailure, *, after_refresh: bool = False) -> SendOutcome:
        attempts = tuple(self._attempts)
        if isinstance(answer, OutFailure):
            return SendOutcome("failed", _NETWORK[answer.kind], answer.message, None, attempts)
        if answer.status == 200:
            return SendOutcome("sent", None, None, 200, attempts)
        reason = f"the endpoint answered {answer.status}; only 200 counts as sent"
        if after_refresh:
            reason = f"the endpoint answered {answer.status} even after the token was refreshed"
        return SendOutcome("failed", f"HTTP {answer.status}", reason, answer.status, attempts)

    def _without_token(self, failure: oauth.TokenFailure) -> SendOutcome:
        last = self._attempts[-1].status if self._attempts else None
        return SendOutcome(
            "failed", "Authorization", f"no access token: {failure.reason}", last, tuple(self._attempts)
        )


def _asks_for_refresh(
    answer: OutResponse | OutFailure, authorization: Authorization, token: oauth.Token
) -> bool:
    codes = token.error_codes if authorization.reattempt_codes is None else authorization.reattempt_codes
    return isinstance(answer, OutResponse) and answer.status != 200 and answer.status in codes


def _kept(body: bytes, hidden: tuple[str, ...]) -> str:
    """The beginning of an answer as text a database takes; an endpoint may echo the credentials it got."""
    longest = max((len(value) for value in hidden), default=0)
    text = body[: ANSWER_KEPT_BYTES + longest].decode("utf-8", "replace")
    for value in hidden:
        text = text.replace(value, MASK)
    return text.encode()[:ANSWER_KEPT_BYTES].decode("utf-8", "ignore").replace("\x00", "\ufffd")
