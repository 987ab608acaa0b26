"""Why something did not work, in the words of whoever said so. Not an exception: `errors.py` carries one."""

from msgspec import field

from .wire import Wire


class Cause(Wire, frozen=True, kw_only=True):
    """The cloud's (or our) code and message, the RequestId where it happened, and what to do next."""

    code: str = field(name="Code")
    message: str = field(name="Message")
    request_id: str | None = field(name="RequestId", default=None)
    recommend: str | None = field(name="Recommend", default=None)
