"""Keys of what is delivered about this deployment itself: the notices, and what is known of the policy. Pure."""

import re
from typing import ClassVar

from .. import forms
from .key import Key


class Notice(Key, frozen=True):
    """What is delivered about this deployment itself.

    `notice`: its name, with which hints and its event begin.
    """

    form = "notices/{notice}/event"
    patterns: ClassVar[dict[str, str]] = {"notice": forms.NOTICE}
    notice: str

    @classmethod
    def named(cls, name: str) -> "Notice | None":
        """The key of that name; None for the name of something else."""
        return cls(name) if re.fullmatch(forms.NOTICE, name) else None


class NoticeDelivered(Key, frozen=True):
    """A target has accepted the notice, or was given up."""

    form = "notices/{notice}/told-{event}"
    patterns = Notice.patterns
    notice: str
    event: str


class NoticeRefused(Key, frozen=True):
    """Since when a target refuses the notice."""

    form = "notices/{notice}/refused-{event}"
    patterns = Notice.patterns
    notice: str
    event: str


class ValidPolicy(Key, frozen=True):
    """Whom a valid policy names.

    By a hash of that; put again where the policy becomes this one.
    """

    form = "watcher/policy/{digest}"
    digest: str


class InvalidPolicy(Key, frozen=True):
    """Since when nobody can read the policy.

    Put again where it becomes so; a valid policy that was put later says that it is over.
    """

    form = "watcher/invalid"
