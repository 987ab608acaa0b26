"""A parameter in a place that its route does not read is refused, and nothing happens, over fakes."""

import json
from typing import Any

import pytest

from .builders import BUCKET, IMAGE
from .entrance import JSON, Answer, Entrance
from .fake_world import FakeWorld

BODY = {"ImageId": IMAGE, "OSSBucket": BUCKET}
NOBODY = "exp-rtfyr2rqf6qlm2su-0001"


def post(entrance: Entrance, query: dict[str, str], body: dict[str, Any] | None = None) -> Answer:
    """A good request, with something in the query."""
    return entrance.ask("POST", "/exports", json.dumps(body or BODY), headers=JSON, query=query)


def message(answer: Answer) -> str:
    """What is said of an unknown parameter."""
    assert answer.refusal == (400, "UnknownParameter")
    return str(answer.value["Message"])


@pytest.mark.parametrize(
    ("name", "right"),
    [("DryRun", "DryRun"), ("ClientToken", "ClientToken"), ("OSSPrefix", "OSSPrefix"), ("dry_run", "DryRun")],
)
def test_a_parameter_in_the_query_of_a_post_is_refused_with_its_place_and_nothing_is_exported(
    world: FakeWorld, entrance: Entrance, name: str, right: str
) -> None:
    said = message(post(entrance, {name: "true"}))
    assert (
        said == f"'{name}' is not read in the query of POST /exports; {right} belongs into the body of POST /exports."
    )
    assert not world.store.objects


def test_a_whole_request_in_the_query_and_no_body_is_told_where_each_parameter_belongs(entrance: Entrance) -> None:
    query = {"Action": "ExportImage", **BODY}
    said = message(entrance.ask("POST", "/exports", query=query))
    assert all(f"'{name}' is not read in the query of POST /exports" in said for name in query)


def test_of_several_places_that_of_the_same_route_is_named(entrance: Entrance) -> None:
    said = message(post(entrance, {"ImageId": IMAGE}))
    assert said.endswith("; ImageId belongs into the body of POST /exports.")


def test_where_no_place_is_of_the_same_route_all_are_named(entrance: Entrance) -> None:
    said = message(entrance.ask("DELETE", f"/exports/{NOBODY}", query={"ImageId": IMAGE}))
    assert said.endswith("; ImageId belongs into the body of POST /exports or the query of GET /exports.")


@pytest.mark.parametrize("query", [{"DryRun": "true"}, {"dryRun": "false"}, {"DryRun": ""}])
def test_a_dry_run_in_the_query_of_a_delete_is_refused_and_cancels_nothing(
    world: FakeWorld, entrance: Entrance, query: dict[str, str]
) -> None:
    export = entrance.post().value["ExportId"]
    said = message(entrance.ask("DELETE", f"/exports/{export}", query=query))
    assert said.endswith("DryRun belongs into the body of POST /exports.")
    assert not world.keys("/cancel")


@pytest.mark.parametrize("headers", [{}, JSON], ids=["no type", "JSON"])
def test_a_dry_run_in_the_body_of_a_delete_is_refused_and_cancels_nothing(
    world: FakeWorld, entrance: Entrance, headers: dict[str, str]
) -> None:
    export = entrance.post().value["ExportId"]
    answer = entrance.ask("DELETE", f"/exports/{export}", '{"DryRun": true}', headers=headers)
    assert message(answer).startswith("'DryRun' is not read in the body of DELETE /exports/{ExportId};")
    assert not world.keys("/cancel")


@pytest.mark.parametrize("body", ["DryRun=true", "[true]", "5", "{", "x" * 70_000])
def test_a_body_of_a_delete_that_names_nothing_is_refused_too(world: FakeWorld, entrance: Entrance, body: str) -> None:
    export = entrance.post().value["ExportId"]
    said = message(entrance.ask("DELETE", f"/exports/{export}", body))
    assert said == f"DELETE /exports/{{ExportId}} reads no body, and this one has {len(body)} bytes."
    assert not world.keys("/cancel")


@pytest.mark.parametrize("body", ["", "{}", " {} ", "null", "\n"])
def test_a_body_without_anything_in_it_is_none(entrance: Entrance, body: str) -> None:
    export = entrance.post().value["ExportId"]
    assert entrance.ask("GET", f"/exports/{export}", body).status == 200
    assert entrance.ask("DELETE", f"/exports/{export}", body).status == 202


@pytest.mark.parametrize("path", ["/exports", f"/exports/{NOBODY}", "/openapi.json", "/healthz"])
def test_no_look_reads_a_body(entrance: Entrance, path: str) -> None:
    assert "belongs into the body of POST /exports" in message(entrance.ask("GET", path, '{"DryRun": true}'))


@pytest.mark.parametrize("path", [f"/exports/{NOBODY}", "/openapi.json", "/healthz"])
def test_a_query_that_a_look_does_not_read_is_refused_with_its_place(entrance: Entrance, path: str) -> None:
    assert "Status belongs into the query of GET /exports" in message(
        entrance.ask("GET", path, query={"Status": "Failed"})
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"DryRun": "true"}, "'DryRun' is not read in the query of GET /exports; DryRun belongs into the body of POST"),
        ({"imageId": "m-1"}, "'imageId' is not a parameter; did you mean ImageId?"),
        ({"DryRn": "1"}, "'DryRn' is not a parameter; did you mean DryRun in the body of POST /exports?"),
        ({"ExportId": NOBODY}, "belongs into the path of GET /exports/{ExportId} or the path of DELETE"),
        ({"q": "1"}, "'q' is not a parameter; the query of GET /exports takes only RegionId, ImageId, Status,"),
    ],
)
def test_a_list_says_where_what_it_does_not_read_belongs(entrance: Entrance, query: dict[str, str], said: str) -> None:
    assert said in message(entrance.page(**query))


def test_a_parameter_of_no_place_is_told_that_there_is_none(entrance: Entrance) -> None:
    said = message(entrance.ask("GET", "/healthz", query={"t": "123"}))
    assert said == "'t' is not a parameter; the query of GET /healthz takes only Live, Paused."


@pytest.mark.parametrize("name", ["MaxResults", "max_results"])
def test_a_parameter_of_the_list_in_the_body_of_a_post_is_told_its_place(
    world: FakeWorld, entrance: Entrance, name: str
) -> None:
    answer = post(entrance, {}, {**BODY, name: 5})
    assert "MaxResults belongs into the query of GET /exports." in message(answer)
    assert not world.store.objects


def test_of_many_parameters_in_the_wrong_place_ten_are_named(entrance: Entrance) -> None:
    said = message(entrance.ask("GET", "/healthz", query={f"k{number}": "" for number in range(500)}))
    assert ("'k9'" in said, "Nor are 490 more." in said, len(said) < 2000) == (True, True, True)


def test_who_has_no_token_does_not_learn_what_is_read_where(entrance: Entrance) -> None:
    answer = entrance.ask("DELETE", f"/exports/{NOBODY}", headers={"Authorization": ""}, query={"DryRun": "1"})
    assert answer.refusal == (401, "Unauthorized")


def test_a_method_that_is_not_possible_is_said_before_what_is_not_read(entrance: Entrance) -> None:
    assert entrance.ask("HEAD", "/exports", query={"DryRun": "1"}).refusal == (405, "MethodNotAllowed")
