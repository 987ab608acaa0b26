"""ClientToken: the same call again has the same answer (document "How to ensure idempotence").

How long a token is good for, no document says: here as long as the emulator runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alicloud_emulator.calls import PROTOCOL_PARAMS, Call
from alicloud_emulator.errors import ApiError

LONGEST = 64


class ClientTokens:
    """The answers that were given to calls with a token, by account and action."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str, str], tuple[Mapping[str, str], dict[str, Any]]] = {}

    def answer_to(self, call: Call) -> dict[str, Any] | None:
        """The answer to the same call before; None where there was none, or it has no token.

        Raises InvalidClientToken.Malformed, and IdempotentParameterMismatch where the call before was another.
        """
        token = call.params.get("ClientToken", "")
        if len(token) > LONGEST or not token.isascii():
            raise ApiError(400, "InvalidClientToken.Malformed", "The specified parameter clientToken is not valid.")
        params, answer = self._given.get(named(call), (None, None))
        if params is not None and params != asked(call):
            message = "The client token was used before with other parameters."
            raise ApiError(400, "IdempotentParameterMismatch", message)
        return answer

    def keep(self, call: Call, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer, which is given again to the same call; a refusal is never kept."""
        if call.params.get("ClientToken"):
            self._given[named(call)] = (asked(call), answer)
        return answer


def named(call: Call) -> tuple[str, str, str]:
    """Whose token for what."""
    return call.key.account_id, call.action, call.params.get("ClientToken", "")


def asked(call: Call) -> dict[str, str]:
    """The call's own parameters."""
    return {name: value for name, value in call.params.items() if name not in PROTOCOL_PARAMS}
