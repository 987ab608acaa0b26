"""The names of a restore, all derived: its id, its tokens, its image, its unpacked objects. Pure."""

import hashlib
import re
from base64 import b32encode

from ...values.export import RequestedBy
from ...values.restore.record import RestoreRecord

NAME = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff.:-]{1,127}")  # page ImportImage: ImageName
NOT_A_NAME = re.compile(r"(?i:aliyun|acs:)")
WHAT_A_NAME_IS = "2 to 128 letters, digits, '.', ':', '_' or '-', a letter first, and neither aliyun nor acs: in front"
UNPACKED = "image-export-restore"


def _base32(*parts: str) -> str:
    return b32encode(hashlib.sha256("\n".join(parts).encode()).digest()).decode().lower()


def restore_id(ledger_id: str, account_id: str, client_token: str | None, asker: RequestedBy) -> str:
    """`res-<16 letters and digits>`: the same for one ClientToken, and for one request that is delivered again."""
    said = ("token", client_token) if client_token else (asker.trigger, asker.id)
    return f"res-{_base32(ledger_id, account_id, *said)[:16]}"


def client_token(restore: str, attempt: int) -> str:
    """ImportImage's ClientToken of attempt n: at most 64 ASCII characters (docs/cloud-facts.md#fact-12)."""
    return f"{restore}-{attempt:04d}"


def default_name(image_name: str, restore: str) -> str:
    """A name that no other image has: the source's, and the end of the restore's id."""
    kept = image_name if NAME.fullmatch(image_name) and not NOT_A_NAME.match(image_name) else "restored"
    return f"{kept[:100]}-restored-{restore[-8:]}"


def temporary_name(restore: str) -> str:
    """Of the image that is imported to be copied. The source, and the wanted name, may stand in its region."""
    return f"image-export-{restore}-temporary"


def made_name(record: RestoreRecord) -> str:
    """What the newest attempt's image is called."""
    if record.request.copies and not record.is_copy:
        return temporary_name(record.restore_id)
    return record.request.image_name


def is_name(name: str) -> bool:
    """Whether ImportImage would take the name."""
    return (
        bool(NAME.fullmatch(name)) and not NOT_A_NAME.match(name) and "http://" not in name and "https://" not in name
    )


def unpacked_folder(restore: str) -> str:
    """Where a restore's unpacked objects stand, in the export's own bucket."""
    return f"{UNPACKED}/{restore}/"


def unpacked_key(restore: str, number: int) -> str:
    """The object that disk n is unpacked to."""
    return f"{unpacked_folder(restore)}{number}.qcow2"
