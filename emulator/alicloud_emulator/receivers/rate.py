"""How fast a receiver may be sent to, by the cloud's clock."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

from alicloud_emulator.errors import ApiError
from alicloud_emulator.receivers.kind import Kind, Limit, Refusal

MINUTE_S = 60


class Rate:
    """When a receiver took what it took, as far back as its limits go. `per_minute` stands for the limits of its kind.

    What is refused for its rate counts for nothing; anything else counts, also what is refused then.
    """

    def __init__(self, kind: Kind, per_minute: int | None = None) -> None:
        self._kind = kind
        self._limits = kind.limits if per_minute is None else (Limit(per_minute, MINUTE_S, kind.too_fast),)
        self._taken: deque[datetime] = deque(maxlen=max((limit.messages for limit in self._limits), default=0))
        self._refused_until: datetime | None = None

    def take(self, now: datetime) -> None:
        """Count one more. Raises ApiError where it comes too fast."""
        if self._refused_until and now < self._refused_until:
            raise self._too_fast(self._kind.too_fast, self._refused_until - now)
        for limit in self._limits:
            within = timedelta(seconds=limit.seconds)
            if len(self._taken) >= limit.messages and now - self._taken[-limit.messages] < within:
                self._refused_until = now + timedelta(seconds=self._kind.refused_for_s)
                raise self._too_fast(limit.refusal, self._taken[-limit.messages] + within - now)
        self._taken.append(now)

    def _too_fast(self, refusal: Refusal, wait: timedelta) -> ApiError:
        again = {"Retry-After": str(max(1, math.ceil(wait.total_seconds())))}
        return ApiError(*refusal, headers=again if self._kind.tells_when else None)
