"""What /openapi.json says of the contract's routes is whole: parameters, bodies, answers, who may call."""

import re
import warnings
from typing import Any

import pytest

from reelpress.app import build_app
from reelpress.platform.context import Platform

WITHOUT_BODY = {"/trigger/{schedule}", "/installInfo", "/integrations/segment/auth"}
READ_ONLY = {"get", "head"}
PROVES_ITSELF_OTHERWISE = {"/v1/installInfo", "/v1/integrations/authentication"}
STATUSES = {"200", "400", "401", "403", "409", "413", "415", "429", "500"}
OTHERS = (
    "/v1.0/business_event",
    "/v1.0/business_event/trigger",
    "/v1.0/business_event/search",
    "/v5/business-events",
    "/v5/business-events/triggers",
    "/v5/business-events/search",
    "/v5/personalization/preview",
    "/v3/custom-segments",
    "/v3/custom-segments/{segment_id}",
    "/v2/custom-segments/archive",
    "/v2/custom-segments/unarchive",
    "/v2/custom-segments/file-segment",
    "/v2/custom-segments/file-segment/add-users",
    "/v2/custom-segments/file-segment/remove-users",
    "/v2/custom-segments/file-segment/replace",
)
NOUNS = (
    "/v1/customer",
    "/v1/event",
    "/v1/device",
    "/v1/transition",
    "/v1/customers/export",
    "/v1/customer/merge",
    "/v1/customer/delete",
    "/v1/devices/manage",
    "/v1/opengdpr_requests",
    "/v1/installInfo",
    "/v1/integrations/authentication",
    "/v1/integrations/segment",
    "/v1/integrations/cohortsync",
    "/v1.0/data/fileimports/trigger/{schedule}",
    "/v1.0/data/fileimports/import/status",
    "/v1.0/data/fileimports/import/run/history",
)


@pytest.fixture
def document(platform: Platform) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as two operations of one id
        return build_app(platform).openapi()


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        path: operation
        for path, methods in document["paths"].items()
        if re.match(r"/v1(\.0/data)?/", path)
        for operation in methods.values()
    }


def test_every_route_of_the_data_api_is_there(document: dict[str, Any]) -> None:
    assert set(NOUNS) <= operations(document).keys()


def test_every_operation_says_who_may_call_it_with_what_and_what_comes_back(
    document: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for path, operation in operations(document).items():
        with subtests.test(path=path):
            in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)\}", path))
            assert (path not in PROVES_ITSELF_OTHERWISE) == (
                operation.get("security") == [{"Data API key": []}]
            )
            assert {"200", "400", "401", "403", "409", "413", "415", "429", "500"} <= operation[
                "responses"
            ].keys()
            assert "422" not in operation["responses"]
            for answer in operation["responses"].values():
                assert answer["content"]["application/json"]["schema"]
            has_body = not any(path.endswith(end) for end in WITHOUT_BODY)
            assert has_body == ("requestBody" in operation)
    assert document["components"]["securitySchemes"]["Data API key"]["scheme"] == "basic"


def test_every_operation_of_the_other_apis_says_the_same(
    document: dict[str, Any], subtests: pytest.Subtests
) -> None:
    assert set(OTHERS) <= document["paths"].keys()
    for path in OTHERS:
        for method, operation in document["paths"][path].items():
            with subtests.test(path=path, method=method):
                in_path = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
                assert in_path == set(re.findall(r"\{(\w+)\}", path))
                assert operation["security"] == [{"Data API key": []}]
                assert {"400", "401", "429", "500"} <= operation["responses"].keys()
                assert any(status.startswith("2") for status in operation["responses"])
                assert "422" not in operation["responses"]
                for answer in operation["responses"].values():
                    assert answer["content"]["application/json"]["schema"]
                assert ("requestBody" in operation) == (method not in READ_ONLY)
                assert ("413" in operation["responses"]) or method in READ_ONLY
