"""The cloud's clock against the wall clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from alicloud_emulator.clock import CloudClock


def run(test: Callable[[CloudClock], Awaitable[None]], speed: float) -> None:
    """Run a test in an event loop with a clock of this speed."""

    async def started() -> None:
        await test(CloudClock(speed))

    asyncio.run(asyncio.wait_for(started(), 20))


def test_it_starts_at_the_wall_clocks_time() -> None:
    clock = CloudClock(1.0)
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=1)


def test_it_runs_at_its_speed_and_jumps_when_told() -> None:
    async def test(clock: CloudClock) -> None:
        start = clock.now()
        await asyncio.sleep(0.05)
        assert timedelta(seconds=0.05 * 900) < clock.now() - start
        clock.advance(86_400)
        assert clock.now() - start > timedelta(days=1)

    run(test, speed=1000)


def test_it_keeps_pace_with_the_wall_clock_while_a_function_runs() -> None:
    async def test(clock: CloudClock) -> None:
        with clock.invocation(), clock.invocation():
            start = clock.now()
            await asyncio.sleep(0.05)
            assert clock.now() - start < timedelta(seconds=10)
        start = clock.now()
        await asyncio.sleep(0.05)
        assert clock.now() - start > timedelta(seconds=1000)

    run(test, speed=100_000)


@pytest.mark.parametrize("jump", [True, False])
def test_a_sleeper_wakes_when_its_time_has_come(jump: bool) -> None:
    async def test(clock: CloudClock) -> None:
        when = clock.now() + timedelta(hours=1)
        sleeper = asyncio.ensure_future(clock.sleep_until(when))
        await asyncio.sleep(0)
        if jump:
            clock.advance(3600)
        await sleeper
        assert clock.now() >= when

    run(test, speed=1 if jump else 100_000)


def test_a_sleeper_wakes_after_the_pace_has_changed() -> None:
    async def test(clock: CloudClock) -> None:
        with clock.invocation():
            sleeper = asyncio.ensure_future(clock.sleep_until(clock.now() + timedelta(hours=1)))
            await asyncio.sleep(0.01)
        await sleeper

    run(test, speed=100_000)


def test_what_is_due_runs_in_the_order_of_its_time_and_knows_it() -> None:
    async def test(clock: CloudClock) -> None:
        ran: list[datetime] = []
        times = [clock.now() + timedelta(hours=hours) for hours in (3, 1, 2)]
        for when in times:
            clock.at(when, ran.append)
        clock.advance(86_400)
        assert ran == sorted(times)

    run(test, speed=1)


def test_what_becomes_due_by_what_was_due_runs_too() -> None:
    async def test(clock: CloudClock) -> None:
        ran: list[datetime] = []
        start = clock.now()
        clock.at(start + timedelta(hours=1), lambda when: clock.at(when + timedelta(hours=1), ran.append))
        clock.advance(86_400)
        assert ran == [start + timedelta(hours=2)]

    run(test, speed=1)
