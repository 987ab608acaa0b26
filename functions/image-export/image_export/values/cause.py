"""Why something did not work, in the words of whoever said so. Not an exception: `errors.py` carries one."""

from .wire import Wire


class Cause(Wire, frozen=True, kw_only=True):
    """The cloud's (or our) code and message, the RequestId where it happened, and what to do next."""

    code: str
    message: str
    request_id: str | None = None
    recommend: str | None = None
