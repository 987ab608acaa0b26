"""What will become of an export of an image: the `_export` of a control call."""

from dataclasses import dataclass
from typing import Any

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
    """The plan that a control call gives, or the ordinary one."""
    return Plan(**(values or {}))
