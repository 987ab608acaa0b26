"""Nonces that were used: the same one from the same key is refused for as long as its timestamp could pass."""

from datetime import datetime, timedelta

from alicloud_emulator.errors import ApiError

# A timestamp may be 15 minutes ahead and then 15 minutes old.
KEPT = timedelta(minutes=30)


class Nonces:
    """What was used, and when by the wall clock."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], datetime] = {}

    def use(self, access_key_id: str, nonce: str, wall: datetime) -> None:
        """Remember a nonce, or refuse it because it is remembered."""
        for used, when in tuple(self._used.items()):  # in the order of use: stop at the first that is still kept
            if wall - when < KEPT:
                break
            del self._used[used]
        if (access_key_id, nonce) in self._used:
            raise ApiError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._used[access_key_id, nonce] = wall
