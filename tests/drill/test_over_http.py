"""Drills over HTTP: listed and looked at, over fakes. Nothing there begins one."""

import json

import pytest

from tests.entrance import TOKEN, Answer, Entrance

from .world import World

NOBODY = "dri-aaaaaaaaaaaaaaaa"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def entrance(world: World) -> Entrance:
    return Entrance(world, TOKEN)


def listed(entrance: Entrance, **query: str) -> Answer:
    return entrance.ask("GET", "/drills", query=query)


def ids(entrance: Entrance, **query: str) -> list[str]:
    return [one["DrillId"] for one in listed(entrance, **query).value["Drills"]]


def three(world: World) -> list[str]:
    """Three drills of one export a month apart: two that ended, one that goes on. The newest comes first."""
    found = []
    for says in ("golden login: ", "Kernel panic - not syncing", None):
        world.clock.advance(days=31)
        world.instances.says = says or ""
        drill = world.begin()
        if says:
            world.drilled(drill)
        found.append(drill)
    return found[::-1]


def test_a_drill_that_goes_on_says_when_to_look_again(world: World, entrance: Entrance) -> None:
    drill = world.begin()
    answer = entrance.ask("GET", f"/drills/{drill}")
    assert (answer.status, answer.value["DrillId"], answer.value["Status"]) == (200, drill, "Restoring")
    assert (answer.value["Name"], answer.value["Verdict"], answer.value["Levels"]) == ("monthly", None, [])
    assert answer.headers["retry-after"] == "60"


def test_a_drill_that_has_ended_is_shown_with_its_levels(world: World, entrance: Entrance) -> None:
    drill = world.begin()
    world.drilled(drill)
    answer = entrance.ask("GET", f"/drills/{drill}")
    assert [(one["Number"], one["Name"], one["Verdict"]) for one in answer.value["Levels"]][3] == (4, "Spoke", "Proved")
    assert (answer.value["Status"], answer.value["Verdict"]) == ("Completed", "Proved")
    assert answer.value["Evidence"].startswith("oss://acme-images-hangzhou/nightlyk7q2m4x6p3wza_m-bp1source.drill-")
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize("drill", [NOBODY, "dri-1", "exp-rtfyr2rqf6qlm2su-0001"])
def test_what_there_is_not_is_404(entrance: Entrance, drill: str) -> None:
    answer = entrance.ask("GET", f"/drills/{drill}")
    assert answer.refusal == (404, "DrillNotFound")
    assert "GET /drills lists what there is" in answer.value["Recommend"]


def test_drills_are_listed_the_newest_first_by_what_is_asked_for(world: World, entrance: Entrance) -> None:
    running, failed, proved = three(world)
    assert ids(entrance) == [running, failed, proved]
    assert ids(entrance, Verdict="Failed") == [failed]
    assert ids(entrance, Status="Completed") == [failed, proved]
    assert ids(entrance, ImageName="golden-*", Name="monthly", RegionId="cn-hangzhou") == [running, failed, proved]
    assert ids(entrance, ImageName="silver-*") == ids(entrance, Name="weekly") == []
    assert ids(entrance, ExportId="exp-rtfyr2rqf6qlm2su-0001") == [running, failed, proved]
    assert ids(entrance, ExportId="exp-rtfyr2rqf6qlm2su-0002") == []
    since = listed(entrance).value["Drills"][1]["RequestedAt"]
    assert ids(entrance, Since=since) == [running, failed]


def test_a_list_goes_on_where_the_page_before_ended(world: World, entrance: Entrance) -> None:
    drills = three(world)
    first = listed(entrance, MaxResults="2").value
    second = listed(entrance, MaxResults="2", NextToken=first["NextToken"]).value
    shown = [one["DrillId"] for page in (first, second) for one in page["Drills"]]
    assert (shown, second["NextToken"]) == (drills, None)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"Verdict": "Good"}, "Verdict is 'Good'; it must be Proved, Unproven or Failed."),
        ({"ExportId": "exp-1"}, "ExportId is 'exp-1'; it must be an ExportId."),
        ({"NextToken": "ZXhw"}, "NextToken is not one that a page gave."),
    ],
)
def test_what_is_wrong_with_a_query_is_400_and_named(entrance: Entrance, query: dict[str, str], said: str) -> None:
    answer = listed(entrance, **query)
    assert answer.refusal == (400, "InvalidParameter")
    assert said in answer.value["Message"]


def test_a_drill_that_cannot_be_read_hides_no_other(world: World, entrance: Entrance) -> None:
    *others, broken = three(world)
    (listed_as,) = [one for one in world.objects.below("drill-history/") if one.endswith(broken)]
    for key in (f"drills/{broken}/requested", listed_as):
        world.objects[key] = world.objects[key]._replace(body=b"{")
    assert ids(entrance) == others


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_nobody_begins_or_ends_a_drill_over_http(world: World, entrance: Entrance, method: str) -> None:
    body = json.dumps({"ExportId": "exp-rtfyr2rqf6qlm2su-0001"})
    for path in ("/drills", f"/drills/{NOBODY}"):
        assert entrance.ask(method, path, body).status == 405
    assert world.objects.below("drills/") == []


def test_looking_asks_no_cloud_and_writes_nothing(world: World, entrance: Entrance) -> None:
    drill = world.begin()
    before = dict(world.objects.items())
    listed(entrance)
    entrance.ask("GET", f"/drills/{drill}")
    assert dict(world.objects.items()) == before
    assert not world.instances.started
