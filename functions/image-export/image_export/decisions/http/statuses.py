"""The HTTP status of a code that ends a request: the cloud's own (docs/cloud-facts.md#fact-1-4). Pure."""

from typing import Any

from ...errors import ImageExportError
from ...values.cause import Cause
from ...values.http import HttpAnswer
from ..codes import is_throttling, row

KEPT = (403, 404, 409)  # any other would say something of our own door


def refusal(error: Cause, request_id: str, answered: int | None = None) -> HttpAnswer:
    """An export that was refused for good, as the cloud would have answered; `answered` for a code that no table names.

    400 where that is not known, or none that a caller of ours can be given.
    """
    status = row(error.code).status or (answered if answered in KEPT else 400)
    return HttpAnswer(status=status, value=shape(error, request_id))


def fault_answer(fault: ImageExportError, request_id: str, retry_after_s: int = 30) -> HttpAnswer:
    """A fault as an answer; what may be asked again says when. Throttled is 503 whatever status the cloud gave it."""
    status = 503 if fault.status >= 500 or is_throttling(fault.code) else fault.status
    headers = {"retry-after": str(retry_after_s)} if fault.retryable or status == 503 else {}
    if fault.status == 401:
        headers["www-authenticate"] = "Bearer"
    return HttpAnswer(status=status, value=shape(fault.cause, request_id), headers=headers)


def shape(error: Cause, request_id: str) -> dict[str, Any]:
    """The ECS error body."""
    return {
        "RequestId": error.request_id or request_id,
        "Code": error.code,
        "Message": error.message,
        "Recommend": error.recommend,
    }
