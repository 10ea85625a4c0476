"""Every setting of a Reelpress process: its name, default and meaning.

Values come from the environment (prefix `REELPRESS_`) or a `.env` file in the working directory.
"""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

REGION_LETTERS = 2
CONTRACT_RATES = {
    "customer": 10_000,
    "event": 30_000,
    "bulk_users": 60_000,
    "bulk_events": 60_000,
    "device": 10_000,
    "export": 1000,
    "merge": 1000,
    "devices_manage": 1000,
    "delete": 5000,
    "cohort": 300,
    "import_status": 50,
}
"""Documented limits per minute, by kind of call (MoEngage, rate limits)."""

Origins = Annotated[tuple[str, ...], NoDecode]


def _without_trailing_slash(url: str) -> str:
    return url.rstrip("/")


def _known_region(region: str | None) -> str | None:
    if region is not None and not (len(region) == REGION_LETTERS and region.isascii() and region.isalpha()):
        raise ValueError("a country has two letters, such as IN")
    return region.upper() if region else None


class Settings(BaseSettings):
    """The one typed settings object; `reelpress config` prints it."""

    model_config = SettingsConfigDict(env_prefix="REELPRESS_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path(".reelpress"), description="Where the embedded database, media and keys live."
    )
    host: str = Field(default="127.0.0.1", description="Address the HTTP server binds to.")
    port: int = Field(default=8700, description="The one HTTP port: APIs, console and media.")
    public_url: Annotated[str, AfterValidator(_without_trailing_slash)] = Field(
        default="http://127.0.0.1:8700",
        description="How the outside reaches this server; every media URL starts with it.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="An external PostgreSQL (postgresql://...). Unset: the embedded server in data_dir.",
    )
    storage_url: str | None = Field(
        default=None,
        description="Object store (s3://bucket/prefix, gs://, az://). Unset: data_dir/objects.",
    )
    root_key: SecretStr | None = Field(
        default=None,
        description="Base64 of 32 bytes that wrap every secret at rest. Unset: data_dir/root.key, made once.",
    )
    operator_token: SecretStr | None = Field(
        default=None,
        description="Bearer token that may create workspaces. Unset: data_dir/operator.token, made once.",
    )
    http_allow: Origins = Field(
        default=(),
        description="Exact origins (http://127.0.0.1:8700,...) that outgoing HTTP may reach although "
        "they are private, not https, or on an odd port.",
    )
    smtp_allow: Origins = Field(
        default=(), description="Exact host:port pairs that outgoing SMTP may reach although private."
    )
    mailbox_host: str = Field(default="127.0.0.1", description="Address of the built-in mailbox (SMTP).")
    mailbox_port: int = Field(
        default=8725, description="Port of the built-in mailbox (SMTP); 0 turns it off."
    )
    trust_proxy: bool = Field(
        default=False,
        description="Take the caller's address from X-Forwarded-For. Only behind a proxy that sets it.",
    )
    render_processes: int = Field(default=2, ge=1, le=64, description="Render child processes of one worker.")
    worker_concurrency: int = Field(
        default=64,
        ge=4,
        description="Jobs one worker holds at once (renders wait for a free render process).",
    )
    render_timeout_s: float = Field(default=300.0, gt=0, description="Longest time one render may take.")
    prepare_timeout_s: float = Field(
        default=1800.0, gt=0, description="Longest time making a published version ready may take."
    )
    segment_cache_mb: int = Field(
        default=8192,
        ge=256,
        description="Disk that rendered segments and base frames may fill, in data_dir/cache.",
    )
    token_lifetime_s: int = Field(
        default=3600, ge=60, le=86_400, description="Life of a Studio access token in seconds."
    )
    trigger_needs_real_time_action: bool = Field(
        default=False,
        description="Start event-triggered campaigns only for events that carry real_time_action, as "
        "MoEngage does; off: every event of the last hour.",
    )
    event_retention_days: int = Field(
        default=0,
        ge=0,
        description="Days for which events are kept; older ones go by whole months. 0: for ever.",
    )
    business_event_triggers_per_day: int = Field(
        default=200,
        ge=0,
        description="Triggers of business events a workspace has in a day; then 429. 0: any.",
    )
    business_event_triggers_per_hour: int = Field(
        default=50,
        ge=0,
        description="Triggers of business events a workspace has in an hour; then 429. 0: any.",
    )
    business_event_triggers_per_5_minutes: int = Field(
        default=10,
        ge=0,
        description="Triggers of business events in five minutes; those above are accepted, but the child "
        "campaigns they make are stopped, as in MoEngage. 0: any.",
    )
    business_event_searches_per_minute: int = Field(
        default=100,
        ge=0,
        description="Searches of business events a workspace has in a minute and process. 0: any.",
    )
    phone_region: Annotated[str | None, AfterValidator(_known_region)] = Field(
        default=None,
        description="Two-letter country (IN, GB, ...) of phone numbers that name no country code. Unset: "
        "such numbers are kept as they are sent.",
    )
    data_api_needs_app_key: bool = Field(
        default=False,
        description="Refuse Data API calls without the MOE-APPKEY header. Off: it may be left out; one that "
        "names another workspace is always refused.",
    )
    rate_limits: Annotated[dict[str, int], NoDecode] = Field(
        default={},
        description="Calls per minute and workspace of the Data API, as name=number,...; `contract` stands "
        "for the documented numbers. Unset: no limits.",
    )
    delete_buffer_s: float = Field(
        default=86_400.0,
        ge=0,
        description="How long a customer deleted through the Data API stays before she is erased.",
    )
    samples_dir: Path | None = Field(
        default=None,
        description="A folder served at /samples: the pictures of the demo's shop. Unset: nothing.",
    )
    log_json: bool = Field(default=True, description="Log lines as JSON; off: for a person's eyes.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _read_limits(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        limits: dict[str, int] = {}
        for part in filter(None, (part.strip() for part in value.split(","))):
            name, _, number = part.partition("=")
            if name == "contract":
                limits |= CONTRACT_RATES
            elif name in CONTRACT_RATES and number.isdecimal():
                limits[name] = int(number)
            else:
                raise ValueError(f"limits are name=number with names of {', '.join(CONTRACT_RATES)}")
        return limits

    @field_validator("http_allow", "smtp_allow", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @property
    def own_origin(self) -> str:
        """Scheme, host and port of `public_url`."""
        return "/".join(self.public_url.split("/", 3)[:3])
