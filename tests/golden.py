"""What released versions left in a ledger: tests/ledger/<version>, made by their own code, never by today's.

A file holds one object of the ledger: its key, its time and its body, which is compact JSON in the ledger itself.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from image_export.use_cases.ledger.fact_store import Found
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Stored

from .fakes import Clock, FakeStore

T = TypeVar("T")

V0_1_0 = Path(__file__).parent / "ledger" / "0.1.0"


def read_json(name: str) -> Any:
    """A file of version 0.1.0."""
    return json.loads((V0_1_0 / name).read_text(encoding="utf-8"))


def at(text: str) -> datetime:
    """A time as JSON tells it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def key_of(name: str) -> str:
    """The key of a fact of version 0.1.0."""
    return str(read_json(f"{name}.json")["Key"])


def body_of(entry: Any) -> bytes:
    """The bytes as they stood in the ledger."""
    return b"" if entry["Body"] is None else msgspec.json.encode(entry["Body"])


def stored(entry: Any) -> Stored:
    """The object as the ledger's bucket held it."""
    return Stored(body_of(entry), at(entry["LastModified"]))


def found(name: str, kind: type[T]) -> Found[T]:
    """The fact of version 0.1.0, as today's ledger reads it."""
    entry = read_json(f"{name}.json")
    store = FakeStore(Clock())
    store.objects[entry["Key"]] = stored(entry)
    fact = Ledger(store, lambda: "nonce").read(entry["Key"], kind)
    assert fact is not None
    return fact
