"""Asynchronous invocations: taken at once, run when there is room, repeated when the function failed.

Sources: FC "Asynchronous invocation" and "Retry policy" pages: 429 is tried again from 0.5 s on, doubling; an error of
the function is repeated `maxAsyncRetryAttempts` times; past its age an invocation is dropped. All in cloud time.
What is given up goes to the destination for failures ("Result callback" page), where the function has one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc.definition import Function
from alicloud_emulator.fc.invocation import Invocation
from alicloud_emulator.fc.rights import may_send
from alicloud_emulator.fc.surroundings import Invoker, Surroundings

FIRST_BACK_OFF_S = 0.5
LONGEST_BACK_OFF_S = 300.0
RETRY_AFTER_S = 1.0  # doubling; the pages give no number


class Queue:
    """Each invocation waits by itself: FC promises no order."""

    def __init__(self, around: Surroundings, invoker: Invoker) -> None:
        self._around = around
        self._invoker = invoker

    def put(self, function: Function, payload: bytes) -> Invocation:
        """Take an invocation and see to it in the background."""
        invocation = self._invoker.record(function, payload)
        invocation.status = "queued"
        self._around.spawn(self._see_to(function, invocation))
        return invocation

    async def _see_to(self, function: Function, invocation: Invocation) -> None:
        config = function.asynchronous
        until = self._around.clock.now() + timedelta(seconds=config.max_age_s)
        while await self._run_before(until, function, invocation):
            if invocation.status == "succeeded":
                return
            if invocation.retry_count >= config.max_retries:
                break
            await self._wait(RETRY_AFTER_S * 2**invocation.retry_count)
            invocation = self._invoker.repeat(invocation)
        if config.on_failure and may_send(self._around, function, config.on_failure):
            self._invoker.deliver(config.on_failure, dead_letter(function, invocation, self._around))

    async def _run_before(self, until: datetime, function: Function, invocation: Invocation) -> bool:
        """Run as soon as there is an instance; False where the invocation became too old before that."""
        back_off_s = FIRST_BACK_OFF_S
        while self._around.clock.now() <= until:
            if await self._had_room(function, invocation):
                return True
            await self._wait(back_off_s)
            back_off_s = min(back_off_s * 2, LONGEST_BACK_OFF_S)
        invocation.status = "expired"
        return False

    async def _had_room(self, function: Function, invocation: Invocation) -> bool:
        try:
            await self._invoker.run(function, invocation)
        except ApiError:
            return False
        return True

    async def _wait(self, seconds: float) -> None:
        clock = self._around.clock
        await clock.sleep_until(clock.now() + timedelta(seconds=seconds))


def dead_letter(function: Function, invocation: Invocation, around: Surroundings) -> dict[str, Any]:
    """What FC says to the destination of an invocation that it has given up."""
    outcome = invocation.outcome
    return {
        "timestamp": int(around.clock.now().timestamp() * 1000),
        "requestContext": {
            "requestId": invocation.request_id,
            "functionArn": f"acs:fc:{function.region}:{around.account_id}:functions/{function.name}",
            "condition": "EventAgeExceeded" if invocation.status == "expired" else "RetriesExhausted",
            "approximateInvokeCount": invocation.retry_count + 1,
        },
        "requestPayload": invocation.payload.decode(errors="replace"),
        "responseContext": {"statusCode": 200, "functionError": (outcome.error_type if outcome else None) or ""},
        "responsePayload": outcome.body.decode(errors="replace") if outcome else "",
    }
