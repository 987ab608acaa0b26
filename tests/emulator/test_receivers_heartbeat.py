"""A check that waits for heartbeats: signals, notes, and what is refused."""

import pytest
import requests

from tests.emulator.receiving import made, received
from tests.emulator.world import World
from tests.patience import HANGS_S


def ping(url: str, method: str = "GET", note: bytes = b"") -> requests.Response:
    return requests.request(method, url, data=note, timeout=HANGS_S)


@pytest.mark.parametrize(
    ("suffix", "signal", "exit_status"),
    [
        ("", "success", None),
        ("/start", "start", None),
        ("/fail", "fail", None),
        ("/log", "log", None),
        ("/0", "success", 0),
        ("/1", "fail", 1),
        ("/255", "fail", 255),
    ],
)
def test_each_signal_is_taken(world: World, suffix: str, signal: str, exit_status: int | None) -> None:
    answer = ping(made(world, "heartbeat") + suffix)
    assert (answer.status_code, answer.text) == (200, "OK")
    (row,) = received(world)
    assert (row["verdict"], row["kind"]) == ("accepted", "heartbeat")
    assert row["message"] == {"signal": signal, "exit_status": exit_status, "note": ""}


def test_a_note_may_come_with_it_of_which_the_beginning_is_kept(world: World) -> None:
    answer = ping(made(world, "heartbeat"), "POST", b"12 exports" + b"." * 20_000)
    assert answer.headers["Ping-Body-Limit"] == "10000"
    note = received(world)[0]["message"]["note"]
    assert (note[:10], len(note)) == ("12 exports", 10_000)


def test_head_is_a_heartbeat_too_and_put_is_none(world: World) -> None:
    url = made(world, "heartbeat")
    assert [ping(url, method).status_code for method in ("HEAD", "PUT")] == [200, 405]
    assert [row["verdict"] for row in received(world)] == ["accepted", "405"]


@pytest.mark.parametrize(
    ("suffix", "status", "said"),
    [
        ("/256", 400, "invalid url format"),
        ("/" + "9" * 5000, 400, "invalid url format"),
        ("/done", 404, "not found"),
        ("/start/again", 404, "not found"),
        ("/\u0661", 404, "not found"),
        ("/", 404, "not found"),
    ],
)
def test_another_signal_is_refused(world: World, suffix: str, status: int, said: str) -> None:
    answer = ping(made(world, "heartbeat") + suffix)
    assert (answer.status_code, answer.text) == (status, said)
    assert received(world)[0]["message"]["signal"] == "unknown"


def test_an_unknown_check_is_404(world: World) -> None:
    url = made(world, "heartbeat")
    for other in (f"{url}0", f"{world.endpoint}/ping/"):
        assert (ping(other).status_code, ping(other).text) == (404, "not found")
    assert received(world)[0]["receiver"] is None


def test_more_than_5_in_a_minute_are_too_often(world: World) -> None:
    url = made(world, "heartbeat")
    assert [ping(url).status_code for _ in range(6)] == [200] * 5 + [429]
    world.advance(60)
    assert ping(url).status_code == 200
