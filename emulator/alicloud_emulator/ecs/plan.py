"""What will become of an export or an import of an image: what control calls order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OUTCOMES = ("finish", "fail", "stall", "cancel", "empty", "damaged", "truncated", "missing_disk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a task with the image goes; `takes_s` are cloud seconds, by the size of its disks if None."""

    outcome: str = "finish"
    takes_s: float | None = None
    code: str = "ExportImageFailed"  # of one that fails
    message: str = "Failed to export the image: the disk could not be read."
    support_cancel: bool = True
    risks: Mapping[str, str] = field(default_factory=dict)  # of an import that is checked: levels by item


def plan_of(values: dict[str, Any] | None) -> Plan:
    """The plan that a control call gives, or the ordinary one."""
    return Plan(**(values or {}))
