"""API callers of Studio: their credentials, their tokens, and who may call."""

from reelpress.studio.clients.access import StudioClient, studio_client
from reelpress.studio.clients.contract import ContractRefusal, ContractRoute
from reelpress.studio.clients.model import ClientPrincipal

__all__ = ["ClientPrincipal", "ContractRefusal", "ContractRoute", "StudioClient", "studio_client"]
