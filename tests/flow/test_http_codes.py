"""Every error code that HTTP can answer, through the wire: ours here by a request each, the cloud's with its status."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ..codes import CLASSES
from .entrance import Answer, Entrance
from .world import World

# HTTP status of the code in the API's error table; 400 where it has none; 503 for what nobody who asks can mend.
STATUS = {
    **dict.fromkeys(
        (
            "ImageNotSupported",
            "ExportImageFailed",
            "InvalidImageLicense.NotSupported",
            "InvalidImageCategory.NotSupported",
            "ImageId.NotFound",
        ),
        403,
    ),
    "InvalidImageId.NotFound": 404,
    **dict.fromkeys(
        (
            "Forbidden",
            "UserNotInTheWhiteList",
            "InvalidOSS.NotAuthorized",
            "InvalidOSSBucket.NotFound",
            "InvalidOSSBucket.NotMatched",
            "InvalidOSSBucket.EncryptUnsupported",
            "OssBucket.NotFound",
            "InvalidOSSObject.NeedRestore",
        ),
        503,
    ),
}
FINAL = sorted(code for code, kind in CLASSES.items() if kind == "final")


@pytest.mark.parametrize("code", FINAL)
def test_a_refusal_of_the_cloud_is_answered_with_its_code_and_where_it_is_kept(
    world: World, entrance: Entrance, code: str
) -> None:
    image = world.image()
    world.emulator.fault("ecs", "ExportImage", f"code:{code}", params={"ImageId": image})
    answer = entrance.post(image)
    assert answer.refusal == (STATUS.get(code, 400), code)
    kept = entrance.ask("GET", answer.headers["location"])
    assert (kept.status, kept.value["Status"]) == (200, "Failed")
    error = {name: value for name, value in kept.value["Error"].items() if name in ("Code", "Message", "RequestId")}
    assert error.items() <= answer.value.items()
    assert answer.value["RequestId"] != answer.headers["x-request-id"]  # where it happened: in the cloud
    logged = [one for one in map(str, world.emulator.get("logs")) if "http.failed" in one]
    found = any(answer.value["RequestId"] in one for one in logged)
    assert found is (STATUS.get(code) == 503)


def test_an_image_that_is_not_there_is_404(entrance: Entrance) -> None:
    assert entrance.post("m-bp1nobodyhasit").refusal == (404, "InvalidImageId.NotFound")


def ask_twice(world: World, entrance: Entrance, first: dict[str, Any], second: dict[str, Any]) -> Answer:
    image = world.image()
    entrance.post(image, **first)
    world.follow(image)
    return entrance.post(image, **second)


Ask = Callable[[World, Entrance], Answer]
OURS: dict[tuple[int, str], Ask] = {
    (400, "MissingParameter"): lambda _world, entrance: entrance.send(b"{}"),
    (400, "InvalidParameter"): lambda _world, entrance: entrance.post("i-1"),
    (400, "UnknownParameter"): lambda _world, entrance: entrance.post("m-1", Bucket="b"),
    (401, "Unauthorized"): lambda _world, entrance: entrance.ask("GET", "/exports", headers={"Authorization": "x"}),
    (403, "Forbidden.Policy"): lambda _world, entrance: entrance.post("m-1", OSSBucket="strangers"),
    (404, "ExportNotFound"): lambda _world, entrance: entrance.get("exp-aaaaaaaaaaaaaaaa-0001"),
    (404, "NotFound"): lambda _world, entrance: entrance.ask("GET", "/"),
    (405, "MethodNotAllowed"): lambda _world, entrance: entrance.ask("PUT", "/exports"),
    (409, "IdempotentParameterMismatch"): lambda world, entrance: ask_twice(
        world, entrance, {"ClientToken": "codes-1"}, {"ClientToken": "codes-1", "OSSPrefix": "x"}
    ),
    (409, "PrefixInUse"): lambda world, entrance: ask_twice(
        world, entrance, {"OSSPrefix": "c" * 20}, {"OSSPrefix": "c" * 20}
    ),
    (413, "RequestEntityTooLarge"): lambda _world, entrance: entrance.send(b" " * 65537),
    (415, "UnsupportedMediaType"): lambda _world, entrance: entrance.send(b"{}", "text/plain"),
}


@pytest.mark.parametrize("expected", OURS, ids=lambda expected: expected[1])
def test_each_code_of_ours_is_answered(world: World, entrance: Entrance, expected: tuple[int, str]) -> None:
    answer = OURS[expected](world, entrance)
    assert answer.refusal == expected
    assert answer.value["RequestId"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"


def test_503_says_when_to_ask_again(world: World, entrance: Entrance) -> None:
    world.emulator.fault("oss", "ListObjectsV2", "http_503", times=99)
    answer = entrance.page()
    assert answer.refusal[0] == 503
    assert int(answer.headers["retry-after"]) > 0


def test_every_code_is_documented(entrance: Entrance) -> None:
    document = json.dumps(entrance.ask("GET", "/openapi.json").value)
    assert [code for _, code in OURS if code not in document] == []
