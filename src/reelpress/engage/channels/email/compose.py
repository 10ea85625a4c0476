"""Stored content + one customer -> a personalised mail."""

from dataclasses import dataclass, replace

from reelpress.engage.channels.email.message import Mail
from reelpress.engage.channels.email.model import Json
from reelpress.engage.personalize import (
    Context,
    Destination,
    NotSent,
    Template,
    TemplateFault,
    compile_template,
)

RECIPIENT_KEY = "u_em"
TEST_PREFIX = "[TEST] "

_DESTINATIONS = {
    "subject": Destination.TEXT,
    "preview_text": Destination.HTML,
    "sender_name": Destination.TEXT,
    "from_address": Destination.TEXT,
    "reply_to": Destination.TEXT,
    "html": Destination.HTML,
}


class FieldFault(ValueError):
    """A template of the content that cannot be used, with its field and line."""

    def __init__(self, field: str, fault: TemplateFault) -> None:
        super().__init__(str(fault))
        self.field = field
        self.line = fault.line


@dataclass(frozen=True, slots=True)
class CompiledEmail:
    """The templates of one version by field."""

    templates: dict[str, Template]


def compile_email(content: Json) -> CompiledEmail:
    """Raises FieldFault for the first template that cannot be used."""
    templates: dict[str, Template] = {}
    for field, destination in _DESTINATIONS.items():
        try:
            templates[field] = compile_template(content.get(field) or "", destination)
        except TemplateFault as fault:
            raise FieldFault(field, fault) from fault
    return CompiledEmail(templates)


def compose(compiled: CompiledEmail, context: Context, *, test: bool = False) -> Mail | NotSent:
    """The mail for the customer of this context; a customer without an address gets none."""
    recipient = context.user.get(RECIPIENT_KEY)
    if not isinstance(recipient, str) or not recipient.strip():
        return NotSent("User Attribute", "the profile has no e-mail address (Email, u_em)")
    texts: dict[str, str] = {}
    for field, template in compiled.templates.items():
        result = template.render(context)
        if isinstance(result, NotSent):
            return replace(result, message=f"{field}: {result.message}")
        texts[field] = result.text
    return Mail(
        recipient=recipient,
        subject=TEST_PREFIX + texts["subject"] if test else texts["subject"],
        sender_name=texts["sender_name"],
        from_address=texts["from_address"],
        reply_to=texts["reply_to"] or None,
        preview_text=texts["preview_text"],
        html=texts["html"],
    )
