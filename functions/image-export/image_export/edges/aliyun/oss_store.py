"""The ledger's bucket: a Store on OSS with the function's own credentials. Decides nothing about what is kept."""

from datetime import datetime
from typing import TYPE_CHECKING

from ...use_cases.ports import Entry, Page, Stored
from ..retrying import Retrying

if TYPE_CHECKING:
    from .oss import Oss


class OssStore:
    """Fits `ports.Store`. Every call is repeated: a create that met its own write is the ledger's to tell."""

    def __init__(self, oss: "Oss", bucket: str, prefix: str, retrying: Retrying) -> None:
        self._oss = oss
        self._bucket = bucket
        self._root = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._retrying = retrying

    @property
    def now(self) -> datetime:
        """The `Date` of OSS's latest answer."""
        if self._oss.now is None:
            raise RuntimeError("the ledger has no time before its first answer")
        return self._oss.now

    def versioned(self) -> bool:
        """Enabled or Suspended: both ignore x-oss-forbid-overwrite."""
        return self._retrying(lambda: self._oss.versioned(self._bucket))

    def create(self, key: str, body: bytes) -> bool:
        """With x-oss-forbid-overwrite."""
        return self._retrying(lambda: self._oss.create(self._bucket, self._root + key, body))

    def get(self, key: str) -> Stored | None:
        """None where there is no such object."""
        return self._retrying(lambda: self._oss.get(self._bucket, self._root + key))

    def list(self, prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        """One listing."""
        start_after = self._root + after if after else ""
        found = self._retrying(
            lambda: self._oss.page(self._bucket, self._root + prefix, after=start_after, limit=limit)
        )
        return Page([Entry(one.key[len(self._root) :], one.modified_at) for one in found.entries], found.more)

    def put(self, key: str, body: bytes) -> None:
        """Over whatever is there."""
        self._retrying(lambda: self._oss.put(self._bucket, self._root + key, body))

    def delete(self, key: str) -> None:
        """Gone, or never there."""
        self._retrying(lambda: self._oss.delete(self._bucket, self._root + key))

    def address(self, key: str) -> str:
        """With the bucket and the ledger's prefix."""
        return f"oss://{self._bucket}/{self._root}{key}"
