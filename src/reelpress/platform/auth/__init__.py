"""Who may call: workspaces, people, tokens, sessions."""

from reelpress.platform.auth.access import Access, member, operator, public
from reelpress.platform.auth.audit import audit
from reelpress.platform.auth.model import Principal, Role

__all__ = ["Access", "Principal", "Role", "audit", "member", "operator", "public"]
