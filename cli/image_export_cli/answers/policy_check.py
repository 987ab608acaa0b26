"""The answer of `policy check`."""

from msgspec import field

from image_export.decisions.policy.check import Checked


class PolicyCheck(Checked, frozen=True, kw_only=True):
    """A file, and what there is to say about it."""

    file: str = field(name="File")
