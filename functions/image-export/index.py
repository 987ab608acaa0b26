"""The handlers of Function Compute and the one place where everything is wired together. No decisions.

Nothing connects, reads the environment or configures logging at import; what stays warm stands in `_Instance`.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from image_export.use_cases.receive import receive
from image_export.use_cases.watch import watch
from image_export.values.policy import Policy
from image_export.values.settings import Settings, read_settings


class _Instance:
    """What a warm instance keeps: settings, policy, clients and credentials. Made by its first invocation."""

    @cached_property
    def settings(self) -> Settings:
        return read_settings(os.environ)

    @cached_property
    def policy(self) -> Policy:
        from image_export.decisions.policy_file import read_policy

        return read_policy(Path(__file__).with_name(self.settings.policy).read_bytes())


_instance = _Instance()


def on_event(event: bytes, context: Any) -> dict[str, Any]:
    """An image-created event in any of its shapes, or a direct request. Answers the exports that it meant."""
    outside = _outside(context)
    return receive(outside, event, request_id=context.request_id, region_id=context.region).shown()


def on_watch(_event: bytes, context: Any) -> dict[str, Any]:
    """One tick of the watcher. Answers the exports that it looked at."""
    return watch(_outside(context), request_id=context.request_id).shown()
