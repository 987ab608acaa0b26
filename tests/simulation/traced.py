"""A store that says which key each call was about, for the trace of one life. Otherwise the fake."""

from image_export.use_cases.ports import Page, Stored

from .conditions import ConditionedStore


class TracedStore(ConditionedStore):
    """Notes the key before every call."""

    def _note(self, key: str) -> None:
        setattr(self.faults, "about", key)  # noqa: B010 - what the trace reads, and nobody else

    def create(self, key: str, body: bytes) -> bool:
        """Noted."""
        self._note(key)
        return super().create(key, body)

    def get(self, key: str) -> Stored | None:
        """Noted."""
        self._note(key)
        return super().get(key)

    def list(self, prefix: str, *, after: str = "", limit: int = 1000) -> Page:
        """Noted."""
        self._note(prefix)
        return super().list(prefix, after=after, limit=limit)

    def put(self, key: str, body: bytes) -> None:
        """Noted."""
        self._note(key)
        super().put(key, body)

    def delete(self, key: str) -> None:
        """Noted."""
        self._note(key)
        super().delete(key)
