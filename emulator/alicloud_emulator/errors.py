"""How a service of the emulated cloud says no."""

from collections.abc import Mapping


class ApiError(Exception):
    """A refusal with the service's own HTTP status and code; each wire protocol has its own form for it.

    `headers` are those of receivers, such as Retry-After.
    """

    def __init__(self, status: int, code: str, message: str = "", *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.headers = headers
        self.status = status
        self.code = code
        self.message = message or code


def missing_parameter(name: str) -> ApiError:
    """The refusal of a call that lacks a parameter."""
    return ApiError(
        400,
        "MissingParameter",
        f"The input parameter {name} that is mandatory for processing this request is not supplied.",
    )


class Dropped(Exception):
    """The caller gets no answer: the connection is reset."""
