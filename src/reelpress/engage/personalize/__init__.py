"""The template language of campaigns: `{{UserAttribute['First Name']}}` and its relatives.

`compile_template` once per campaign version, `Template.render` once per send. Rendering is pure: it
reads nothing but its context, and what a customer's data holds can never change the structure of the
JSON, URL, header or HTML it is placed in.
"""

from reelpress.engage.personalize.engine import Template, compile_template
from reelpress.engage.personalize.model import (
    MOENGAGE_ID_KEY,
    CampaignFacts,
    Context,
    Destination,
    NotSent,
    Reference,
    Rendered,
    TemplateFault,
    Value,
)
from reelpress.engage.personalize.names import attribute_key
from reelpress.engage.personalize.source import references

__all__ = [
    "MOENGAGE_ID_KEY",
    "CampaignFacts",
    "Context",
    "Destination",
    "NotSent",
    "Reference",
    "Rendered",
    "Template",
    "TemplateFault",
    "Value",
    "attribute_key",
    "compile_template",
    "references",
]
