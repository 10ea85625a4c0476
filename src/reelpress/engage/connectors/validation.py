"""What is wrong with a connector, asked when it is saved and again when its campaign is activated."""

from reelpress.engage import oauth
from reelpress.engage.connectors.model import ConnectorFault, ConnectorSpec, Fault
from reelpress.engage.connectors.request import compile_connector, origin_of
from reelpress.engage.personalize.source import hide_tags
from reelpress.platform.context import Platform


async def validate(platform: Platform, workspace_id: str, spec: ConnectorSpec) -> list[Fault]:
    """Every fault of templates, address and authorization; empty when the connector can be used."""
    faults: list[Fault] = []
    try:
        compile_connector(spec)
    except ConnectorFault as fault:
        faults.extend(fault.faults)
    if not any(fault.field == "url" for fault in faults):
        faults.extend(await _address_faults(platform, spec))
    faults.extend(await _authorization_faults(platform, workspace_id, spec))
    return faults


async def _address_faults(platform: Platform, spec: ConnectorSpec) -> list[Fault]:
    """The origin is always written out, so it can be checked without a customer."""
    written_out = spec.url if not hide_tags(spec.url)[1] else f"{origin_of(spec.url)}/"
    refusal = await platform.http.check_url(written_out, allow_http=spec.allow_http)
    return [] if refusal is None else [Fault("url", f"Provided hostname is not valid. {refusal}")]


async def _authorization_faults(platform: Platform, workspace_id: str, spec: ConnectorSpec) -> list[Fault]:
    if spec.authorization is None:
        return []
    found = await oauth.find(platform, workspace_id, spec.authorization.configuration_id)
    if found is None:
        return [Fault("authorization", "This authorization configuration does not exist. Choose another.")]
    if found.status is oauth.ConfigurationStatus.failed:
        why = found.status_reason or "it gives no token"
        return [Fault("authorization", f"This authorization configuration has failed: {why}. Repair it.")]
    return []
