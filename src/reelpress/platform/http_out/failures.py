"""What went wrong outside, in words a marketer can act on."""

import ssl
from dataclasses import dataclass

import aiohttp

from reelpress.platform.addresses import AddressRefusedError
from reelpress.platform.http_out.hops import Hop, RedirectRefusedError
from reelpress.platform.http_out.model import FailureKind
from reelpress.platform.http_out.targets import TargetRefusedError, address_advice


class TooLargeError(Exception):
    """Raised while reading when an answer passes its cap."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.max_bytes = max_bytes


class NotOkError(Exception):
    """Raised when a download is answered with a status other than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


EXPECTED = (
    TargetRefusedError,
    RedirectRefusedError,
    TooLargeError,
    NotOkError,
    TimeoutError,
    aiohttp.ClientError,
    ConnectionError,
    ssl.SSLError,
    AddressRefusedError,
)


@dataclass(frozen=True, slots=True)
class Explained:
    kind: FailureKind
    message: str
    status: int | None = None


def explain(error: BaseException, hop: Hop | None, timeout_s: float) -> Explained:
    """Turn one of the EXPECTED exceptions into kind and message. Exception texts of libraries stay out:
    they may quote URLs and bodies."""
    where = str(hop.origin) if hop is not None else "The endpoint"
    match error:
        case TargetRefusedError():
            return Explained("refused", str(error))
        case RedirectRefusedError():
            return Explained("redirect", str(error))
        case TooLargeError():
            return Explained("too_large", f"The answer of {where} is larger than {error.max_bytes:,} bytes.")
        case NotOkError():
            advice = "Check that the address is right and needs no sign-in."
            return Explained("protocol", f"{where} answered {error.status}. {advice}", error.status)
        case TimeoutError():
            advice = "Check that the endpoint is up and answers in time."
            return Explained("timeout", f"{where} gave no whole answer within {timeout_s:g} s. {advice}")
        case _:
            return _explain_connection(error, hop, where)


def _explain_connection(error: BaseException, hop: Hop | None, where: str) -> Explained:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressRefusedError) and hop is not None:
        return Explained("refused", address_advice(hop.origin, cause.reason))
    match error:
        case aiohttp.ClientConnectorDNSError():
            advice = "Check the spelling and its DNS records."
            return Explained("dns", f"The name in {where} does not resolve. {advice}")
        case aiohttp.ClientConnectorCertificateError():
            reason = _certificate_problem(error.certificate_error)
            advice = "Install a certificate for this name that public clients accept."
            return Explained("tls", f"The certificate of {where} is not valid: {reason}. {advice}")
        case aiohttp.ClientSSLError() | ssl.SSLError():
            advice = "Check that the port speaks TLS 1.2 or newer."
            return Explained("tls", f"The TLS handshake with {where} failed. {advice}")
        case aiohttp.InvalidURL():
            return Explained("refused", f"The address of {where} cannot be used. Check its spelling.")
        case aiohttp.ClientConnectorError():
            return Explained("connect", f"{where} cannot be reached. Check that the endpoint is up.")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            return Explained("connect", f"{where} closed the connection before it answered.")
        case _:
            return Explained("protocol", f"{where} sent an answer that is broken or incomplete HTTP.")


def _certificate_problem(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message.rstrip(".")
    return "it cannot be verified"
