"""What will become of an export of an image: the `_export` of a control call."""

from dataclasses import dataclass, fields
from typing import Any

from emulator.errors import ApiError

OUTCOMES = ("finish", "fail", "stall", "cancel", "empty", "damaged", "truncated", "missing_disk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How an export of the image goes; `takes_s` are cloud seconds, by the size of its disks if None."""

    outcome: str = "finish"
    takes_s: float | None = None
    code: str = "ExportImageFailed"  # of an export that fails
    message: str = "Failed to export the image: the disk could not be read."
    support_cancel: bool = True


def plan_of(values: dict[str, Any] | None) -> Plan:
    """Read a plan; what is unknown is refused with what is known."""
    names = [field.name for field in fields(Plan)]
    for name in values or {}:
        if name not in names:
            raise ApiError(400, "UnknownName", f"_export.{name} is none of: {', '.join(names)}")
    plan = Plan(**(values or {}))
    if plan.outcome not in OUTCOMES:
        raise ApiError(400, "UnknownValue", f"_export.outcome {plan.outcome!r} is none of: {', '.join(OUTCOMES)}")
    return plan
