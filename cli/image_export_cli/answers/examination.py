"""The answer of `doctor`."""

from msgspec import field

from image_export.values.wire import Wire

from ..deployment.finding import Finding, Status


class Examination(Wire, frozen=True, kw_only=True):
    """What was found. `healthy`: nothing is wrong, as far as can be told."""

    healthy: bool = field(name="Healthy")
    counts: dict[Status, int] = field(name="Counts")
    findings: tuple[Finding, ...] = field(name="Findings")
