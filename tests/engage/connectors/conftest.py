from tests.engage.oauth.fixtures import (  # noqa: F401 - fixtures
    configuration,
    endpoint,
    principal,
    settings,
)
