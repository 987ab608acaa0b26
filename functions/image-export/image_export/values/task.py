"""An ECS task as DescribeTasks (short) and DescribeTaskAttribute (whole) tell it. Pure."""

from datetime import datetime, timedelta

import msgspec

from .cause import Cause


class ObjectName(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket and key that a task says it wrote."""

    oss_bucket: str
    key: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is the API's word. The fields from `progress` on are known from DescribeTaskAttribute only."""

    task_id: str
    status: str
    created_at: datetime
    finished_at: datetime | None = None
    image_id: str | None = None  # DescribeTasks' ResourceId; newer, not always there
    support_cancel: bool | None = None  # None: not said
    progress: str | None = None
    objects: tuple[ObjectName, ...] = ()
    failed_count: int = 0
    cause: Cause | None = None  # the first failed operation's ErrorCode and ErrorMsg

    @property
    def took(self) -> timedelta | None:
        """How long it has taken, by ECS's clock alone; None where ECS does not say when it ended."""
        return self.finished_at - self.created_at if self.finished_at else None
