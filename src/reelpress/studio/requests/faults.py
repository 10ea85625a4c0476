"""Why an attempt to render ended without a medium. The messages are kept and shown: no personal data."""

from __future__ import annotations


class Unrenderable(Exception):
    """The request itself cannot be served; trying again would not help."""


class Outage(Exception):
    """Something the request depends on does not work now and may work later."""


class Superseded(Exception):
    """A later attempt has claimed the request; this one writes nothing."""
