"""Authorization configurations: where a connector's access token comes from, and the token itself.

got = await token(platform, workspace_id, configuration_id)                    # cached or fetched
got = await token(platform, workspace_id, configuration_id, refused=old.value) # after a refusal
"""

from reelpress.engage.oauth.model import (
    BodyType,
    Configuration,
    ConfigurationStatus,
    ExpiryUnit,
    OAuthInput,
    ResponseSettings,
    TokenType,
    Usage,
)
from reelpress.engage.oauth.rows import KeyValue, Pairs
from reelpress.engage.oauth.service import (
    TrialReport,
    create,
    delete,
    find,
    get,
    list_all,
    try_out,
    update,
    used_by,
)
from reelpress.engage.oauth.tokens import Token, TokenFailure, token

__all__ = [
    "BodyType",
    "Configuration",
    "ConfigurationStatus",
    "ExpiryUnit",
    "KeyValue",
    "OAuthInput",
    "Pairs",
    "ResponseSettings",
    "Token",
    "TokenFailure",
    "TokenType",
    "TrialReport",
    "Usage",
    "create",
    "delete",
    "find",
    "get",
    "list_all",
    "token",
    "try_out",
    "update",
    "used_by",
]
