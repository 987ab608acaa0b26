"""When to ask again: `Retry-After` of a 202 that fits what is asked for. Pure."""

from ...values.record import Record

SHORTEST_S, LONGEST_S = 30, 1800
RESTORE_S = 60  # the watcher looks at a restore as often
SECONDS_A_GIB = 3  # ECS gives no figure; DescribeTaskAttribute's sample took 6 minutes for a small image


def retry_after_s(record: Record) -> int:
    """Seconds: for a running task by the size of its disks, otherwise the watcher's next look."""
    image = record.claim.image if record.claim and record.task_id else None
    return min(max(image.disks_gib * SECONDS_A_GIB, SHORTEST_S), LONGEST_S) if image else 60
