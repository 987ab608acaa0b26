"""The HTTP status of a code that ends a request: the cloud's own (docs/cloud-facts.md#fact-1-4), or 503. Pure."""

from typing import Any

from ...errors import AskerFault, ImageExportError
from ...values.cause import Cause
from ...values.http import HttpAnswer
from ..codes import OPERATORS, is_throttling, row

UNTIL_MENDED_S = 3600  # a person has to act first, and each request that comes before makes an export that fails
KEPT = (403, 404, 409)  # any other would say something of our own door


def refusal(error: Cause, request_id: str, answered: int | None = None) -> HttpAnswer:
    """An export that was refused for good, as the cloud would have answered; `answered` for a code that no table names.

    400 where that is not known, or none that a caller of ours can be given; 503 where the deployment is to be mended.
    """
    status = row(error.code).status or (answered if answered in KEPT else 400)
    headers = {"retry-after": str(UNTIL_MENDED_S)} if status == OPERATORS else {}
    return HttpAnswer(status=status, value=shape(error, request_id), headers=headers)


def fault_answer(fault: ImageExportError, request_id: str, retry_after_s: int = 30) -> HttpAnswer:
    """A fault as an answer; what may be asked again says when. Only the asker's own fault is 4xx.

    What the cloud refuses us here is refused to our roles, settings or policy, whatever status the cloud gave it.
    """
    asker = isinstance(fault, AskerFault) and fault.status < 500 and not is_throttling(fault.code)
    status = fault.status if asker else 503
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
