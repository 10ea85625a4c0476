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


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A template of the content that cannot be used."""

    field: str
    message: str
    line: int | None


class EmailFault(ValueError):
    """A content that cannot be compiled."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class CompiledEmail:
    """The templates of one version by field."""

    templates: dict[str, Template]


def compile_email(content: Json) -> CompiledEmail:
    """Raises EmailFault with the fault of every template that cannot be used."""
    templates, faults = compile_templates(content)
    if faults:
        raise EmailFault(tuple(faults))
    return CompiledEmail(templates)


def compile_templates(content: Json) -> tuple[dict[str, Template], list[FieldFault]]:
    """By field the templates that can be used, and what is wrong with the others."""
    templates: dict[str, Template] = {}
    faults: list[FieldFault] = []
    for field, destination in _DESTINATIONS.items():
        try:
            templates[field] = compile_template(content.get(field) or "", destination)
        except TemplateFault as fault:
            faults.append(FieldFault(field, fault.message, fault.line))
    return templates, faults


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
