"""The switch that pauses all starts, in words. Reads nothing."""

from datetime import datetime, timezone

from image_export.values.facts import Pause


def since(said: str, pause: Pause, at: datetime) -> str:
    """Since when, who, and why."""
    why = f": {pause.reason}" if pause.reason else "; no reason was given"
    return f"{said} since {at.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC by {pause.by}{why}"
