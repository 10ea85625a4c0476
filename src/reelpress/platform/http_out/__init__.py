"""The one door out for HTTP."""

from reelpress.platform.http_out.client import HttpOut
from reelpress.platform.http_out.hops import header_refusal
from reelpress.platform.http_out.model import Downloaded, FailureKind, OutFailure, OutRequest, OutResponse

__all__ = [
    "Downloaded",
    "FailureKind",
    "HttpOut",
    "OutFailure",
    "OutRequest",
    "OutResponse",
    "header_refusal",
]
