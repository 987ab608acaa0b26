"""Why something did not work, in the words of whoever said so. Not an exception: `errors.py` carries one."""

from .wire import Wire


class Cause(Wire):
    """The cloud's (or our) code and message, the RequestId where it happened, and what to do next."""

    code: str
    message: str
    request_id: str | None = None
    recommend: str | None = None
