"""Facts for tests."""

from typing import Any

from image_export.values.record import Record
from image_export_cli.show.facts import Facts


def some_facts(record: Record, **changes: Any) -> Facts:
    """An export with one attempt, of which nobody was told anything."""
    fields: dict[str, Any] = {
        "record": record,
        "attempts": (record,) if record.attempt else (),
        "doubts": {},
        "cancel": None,
        "delivered": {},
        "manifest_at": None,
        "looked": None,
        "followed_by": None,
    }
    return Facts(**{**fields, **changes})
