"""How far an unpacking is, and whether there is time for its next step."""

from ...errors import OutOfTime
from ...values.cause import Cause
from ...values.unpack import UnpackProgress
from ..ports import RemainingSeconds
from .ports import Told

SECONDS_FOR_A_STEP = 30.0  # the largest part, of 210 MiB, at 10 MiB/s and a little more


class Pace:
    """The counters of one worker."""

    def __init__(self, total_bytes: int, told: Told, remaining_s: RemainingSeconds) -> None:
        self._total_bytes = total_bytes
        self._told = told
        self._remaining_s = remaining_s
        self.read_bytes = 0
        self.uploaded = 0
        self.kept = 0

    def step(self) -> None:
        """Before each range and each part: tells how far it is. Raises OutOfTime where too little is left."""
        self._told(
            UnpackProgress(
                read_bytes=self.read_bytes,
                total_bytes=self._total_bytes,
                parts_uploaded=self.uploaded,
                parts_kept=self.kept,
            )
        )
        if self._remaining_s() < SECONDS_FOR_A_STEP:
            message = f"Too little time is left after {self.read_bytes} of {self._total_bytes} bytes."
            raise OutOfTime(Cause(code="OutOfTime", message=message, recommend="Unpack it again: it goes on."))
