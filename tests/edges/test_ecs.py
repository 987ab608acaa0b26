"""What Ecs makes of whole answers: which entry is meant, and how far a list is read. Each answer is a literal."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

import pytest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.ecs import Ecs
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.rpc import Rpc
from image_export.errors import Unreadable
from tests.builders import ACCOUNT, IMAGE, REGION

from .listening import http, listening

WHEN = datetime(2026, 11, 24, 8, 0, 30, tzinfo=timezone.utc)
OURS = {"ImageId": IMAGE, "ImageName": "golden-web"}
OTHER = {"ImageId": "m-other", "ImageName": "other"}
POISONED = {"ImageId": IMAGE, "Size": "large"}


@contextmanager
def answering(answer: dict[str, Any]) -> Iterator[tuple[Ecs, list[dict[str, str]]]]:
    """An Ecs to which every call is answered like this, and the queries of its calls."""
    heads: list[bytes] = []
    queries: list[dict[str, str]] = []
    with listening(http("200 OK", json.dumps(answer).encode()), heads) as address:
        rpc = Rpc(lambda: Credentials("LTAImadeup", "made-up"), Addresses(f"http://{address}"), lambda: 60.0)
        yield Ecs(rpc, ACCOUNT, REGION), queries
    for head in heads:
        query = head.split()[1].decode().partition("?")[2]
        queries.append({name: values[0] for name, values in parse_qs(query).items()})


def images(*entries: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"Images": {"Image": list(entries)}, **({} if total is None else {"TotalCount": total})}


def tasks(*entries: dict[str, Any], total: int) -> dict[str, Any]:
    return {"TaskSet": {"Task": list(entries)}, "TotalCount": total}


@pytest.mark.parametrize("entries", [(OTHER, OURS), (OURS, OTHER)])
def test_of_several_images_in_an_answer_the_one_that_was_asked_for_is_taken(entries: tuple[dict[str, Any]]) -> None:
    with answering(images(*entries)) as (ecs, queries):
        found = ecs.image(IMAGE)
    assert found is not None
    assert (found.image_id, found.name) == (IMAGE, "golden-web")
    assert (queries[0]["ImageId"], queries[0]["RegionId"]) == (IMAGE, REGION)
    assert queries[0]["Status"] == "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"


def test_an_answer_with_other_images_alone_has_not_the_one_that_was_asked_for() -> None:
    with answering(images(OTHER)) as (ecs, _):
        assert ecs.image(IMAGE) is None


def test_an_image_that_was_asked_for_and_cannot_be_read_is_not_taken_for_none() -> None:
    with answering(images(OTHER, POISONED)) as (ecs, _), pytest.raises(Unreadable, match=f"Size of {IMAGE}"):
        ecs.image(IMAGE)


@pytest.mark.parametrize(
    ("page", "entries", "total", "more"),
    [
        (1, (OURS,), 100, False),
        (1, (OURS,), 101, True),
        (2, (OURS,), 200, False),
        (2, (OURS,), 201, True),
        (2, (POISONED,), 201, True),
        (2, (), 201, False),
        (1, (OURS,), None, False),
    ],
)
def test_there_is_a_next_page_of_images_where_the_total_is_beyond_this_one(
    page: int, entries: tuple[dict[str, Any], ...], total: int | None, more: bool
) -> None:
    """An empty page ends the list whatever the total says."""
    with answering(images(*entries, total=total)) as (ecs, queries):
        assert ecs.images(page, since=WHEN).more is more
    asked = {name: queries[0].get(name) for name in ("PageNumber", "PageSize", "ImageOwnerAlias", "Filter.1.Value")}
    assert [*asked.values()] == [str(page), "100", "self", "2026-11-24T08:00Z"]


def test_no_tasks_are_asked_for_by_an_empty_filter_which_is_none() -> None:
    with answering(tasks(total=0)) as (ecs, queries):
        assert ecs.tasks([]) == []
    assert queries == []


def test_a_hundred_tasks_are_asked_for_in_one_call_and_no_more() -> None:
    with answering(tasks(total=0)) as (ecs, queries):
        ecs.tasks(str(number) for number in range(100))
        with pytest.raises(ValueError, match="one call takes 100"):
            ecs.tasks(str(number) for number in range(101))
    assert [one["TaskIds"].count(",") for one in queries] == [99]
    assert queries[0]["PageSize"] == "100"


BRIEF = {"TaskId": "t-1", "TaskStatus": "Processing", "CreationTime": "2026-11-24T08:00:00Z"}


@pytest.mark.parametrize(("total", "pages"), [(100, 1), (101, 2), (200, 2)])
def test_the_tasks_of_an_image_are_read_to_the_last_page_in_a_window_of_whole_minutes(total: int, pages: int) -> None:
    with answering(tasks(BRIEF, total=total)) as (ecs, queries):
        found = ecs.export_tasks(IMAGE, since=WHEN, until=WHEN)
    assert [task.task_id for task in found.tasks] == ["t-1"]
    assert [one["PageNumber"] for one in queries] == [str(page + 1) for page in range(pages)]
    asked = {name: queries[0][name] for name in ("TaskAction", "ResourceIds.1", "StartTime", "EndTime", "PageSize")}
    assert [*asked.values()] == ["ExportImage", IMAGE, "2026-11-24T08:00:00Z", "2026-11-24T08:01:00Z", "100"]


@pytest.mark.parametrize(("left_s", "limits"), [(300.0, (5.0, 20.0)), (11.0, (5.0, 10.0)), (3.0, (2.0, 2.0))])
def test_a_call_has_the_time_outs_that_are_left_of_the_invocation(
    left_s: float, limits: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the SDK's own words: it hands them on to the connection."""
    asked: list[tuple[float, float]] = []

    def answer(_client: object, request: Any) -> bytes:
        asked.append((request.get_connect_timeout(), request.get_read_timeout()))
        return json.dumps(images(OURS)).encode()

    monkeypatch.setattr("aliyunsdkcore.client.AcsClient.do_action_with_exception", answer)
    rpc = Rpc(lambda: Credentials("LTAImadeup", "made-up"), Addresses("http://127.0.0.1:9"), lambda: left_s)
    assert Ecs(rpc, ACCOUNT, REGION).image(IMAGE) is not None
    assert asked == [limits]
