"""The names of a drill, all derived. Pure."""

import hashlib
from base64 import b32encode


def _base32(*parts: str) -> str:
    return b32encode(hashlib.sha256("\n".join(parts).encode()).digest()).decode().lower()[:16]


def drill_id(ledger_id: str, *said: str) -> str:
    """`dri-<16 letters and digits>`: of a plan the same for an entry, an export and a day; else of who asked."""
    return f"dri-{_base32(ledger_id, *said)}"


def restore_of_drill(drill: str) -> str:
    """The RestoreId of the drill's restore."""
    return f"res-{_base32('drill', drill)}"


def client_token(drill: str, attempt: int) -> str:
    """RunInstances' ClientToken of attempt n."""
    return f"{drill}-{attempt:04d}"


def image_name(drill: str) -> str:
    """Of the image that it restores; and of the instance."""
    return f"image-export-drill-{drill.removeprefix('dri-')}"


def series_key(entry: str, account_id: str, region_id: str, series: str) -> str:
    """The ledger's name for a series of images that an entry drills."""
    return _base32(entry, account_id, region_id, series)


def evidence_key(manifest_key: str, date: str, drill: str) -> str:
    """Beside the manifest."""
    return f"{manifest_key.removesuffix('.manifest.json')}.drill-{date}-{drill.removeprefix('dri-')}.json"
