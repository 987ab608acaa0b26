"""So many calls of an action a second and no more (quota `api_qps`), by the cloud's clock."""

from collections import deque
from datetime import datetime, timedelta

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.quotas import Quotas

WINDOW = timedelta(seconds=1)
# Services whose actions are counted; OSS's own limit of 10,000 a second is out of reach here.
COUNTED = frozenset({"ecs", "sts"})


class Throttle:
    """When the calls of each action came, as far back as it matters."""

    def __init__(self, quotas: Quotas) -> None:
        self._quotas = quotas
        self._times: dict[tuple[str, str], deque[datetime]] = {}

    def check(self, call: Call) -> None:
        """Refuse the call if its action was called too often."""
        if call.service not in COUNTED:
            return
        if self._count(call.service, call.action, call.now) > self._quotas.api_qps:
            raise ApiError(400, "Throttling", "Request was denied due to request throttling.")

    def _count(self, service: str, action: str, now: datetime) -> int:
        """Count this call, and tell how many there were within the last second."""
        times = self._times.setdefault((service, action), deque())
        times.append(now)
        while times[0] <= now - WINDOW:
            times.popleft()
        return len(times)
