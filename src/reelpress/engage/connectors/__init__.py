"""Connector campaigns' one HTTP request: checked at save, rendered for a customer, sent with its token.

faults = await validate(platform, workspace_id, spec)          # at save
prepared = compile_connector(spec).build(context)              # PreparedRequest | NotSent, pure
outcome = await send(platform, workspace_id, prepared, send_id=str(send.id))
shown = preview(spec, context)                                 # PreviewedRequest | NotSent, pure
"""

from reelpress.engage.connectors.model import (
    AttemptRecord,
    Authorization,
    ConnectorFault,
    ConnectorSpec,
    Fault,
    PreparedRequest,
    PreviewedRequest,
    SendOutcome,
)
from reelpress.engage.connectors.request import CompiledConnector, compile_connector, origin_of, preview
from reelpress.engage.connectors.sending import SEND_ID_HEADER, send
from reelpress.engage.connectors.validation import validate
from reelpress.engage.oauth import BodyType, KeyValue

__all__ = [
    "SEND_ID_HEADER",
    "AttemptRecord",
    "Authorization",
    "BodyType",
    "CompiledConnector",
    "ConnectorFault",
    "ConnectorSpec",
    "Fault",
    "KeyValue",
    "PreparedRequest",
    "PreviewedRequest",
    "SendOutcome",
    "compile_connector",
    "origin_of",
    "preview",
    "send",
    "validate",
]
