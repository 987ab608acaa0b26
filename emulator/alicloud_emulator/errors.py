"""How a service of the emulated cloud says no."""


class ApiError(Exception):
    """A refusal with the cloud's own HTTP status and code; each wire protocol has its own form for it."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(f"{status} {code}: {message}")
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
