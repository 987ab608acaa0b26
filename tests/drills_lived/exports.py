"""The Completed exports of a life: some are whole, some are not, and one is not there any more."""

from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.account import AssumedRole
from image_export.values.export import Export
from image_export.values.export_request import ExportRequest
from image_export.values.facts import Claim, Delivered, Ended, Requested
from image_export.values.manifest import Manifest
from tests.fakes import START
from tests.restore.world import ACCOUNT, ASKER, BUCKET, PREFIX, REGION, SOURCE, manifest

NAMES = ("golden-web-2026-11", "golden-db-7", "golden-web-2026-10", "golden-cache-2026-11")
HARMS = ("deleted", "altered", "lost", "unreadable", "format")  # the first export keeps some of its objects
EXPORT_ID = "exp-rtfyr2rqf6qlm2su-{:04d}"


@dataclass(frozen=True)
class Exported:
    """An export of the history, and what has happened to it since: one of HARMS, or nothing."""

    number: int
    manifest: Manifest
    harm: str = ""

    @property
    def export_id(self) -> str:
        """Its own."""
        return self.manifest.export_id

    @property
    def keys(self) -> set[str]:
        """Its objects."""
        return {one.key for one in self.manifest.objects}

    @property
    def body_key(self) -> str:
        """Where its manifest stands."""
        return str(self.manifest.manifest).split("/", 3)[3]


def exported(number: int, image_format: str, harm: str, *, disks: int) -> Exported:
    """The n-th export, with a prefix of its own."""
    name, prefix = NAMES[number], f"nightly{number}q2m4x6p3wz_m-bp1source{number}"
    image = replace(SOURCE, name=name, image_id=f"m-bp1source{number}", disks=SOURCE.disks[:disks])
    said = manifest(image, "vdi" if harm == "format" else image_format)
    moved = replace(
        said,
        export_id=EXPORT_ID.format(number + 1),
        oss_prefix=prefix.partition("_")[0],
        manifest=f"oss://{BUCKET}/{prefix}.manifest.json",
        objects=tuple(replace(one, key=one.key.replace(PREFIX, prefix)) for one in said.objects),
        disks=tuple(replace(one, key=str(one.key).replace(PREFIX, prefix)) for one in said.disks),
    )
    return Exported(number, moved, harm)


def record(ledger: Ledger, role: AssumedRole, one: Exported) -> None:
    """It is in the history, and has its facts: for plans, and for whoever asks for it by its id."""
    said, at = one.manifest, START - timedelta(days=1 + one.number)
    request = ExportRequest(
        role=role,
        region_id=REGION,
        image_id=said.image_id,
        oss_bucket=BUCKET,
        image_name=said.image_name,
        requested_by=ASKER,
    )
    ledger.create(keys.Requested(one.export_id).key, Requested(export_id=one.export_id, listed="", request=request))
    claim = Claim(kind="start", oss_prefix=said.oss_prefix, image=said.image)
    ledger.create(keys.Claim(one.export_id, 1).key, claim)
    ledger.create(keys.Ended(one.export_id).key, Ended(status="Completed"))
    ledger.create(keys.Manifest(one.export_id).key, Delivered())
    export = Export(
        export_id=one.export_id,
        region_id=REGION,
        account_id=ACCOUNT,
        image_id=said.image_id,
        image_name=said.image_name,
        oss_bucket=BUCKET,
        image_format=said.image_format,
        status="Completed",
        manifest=said.manifest,
        requested_at=at,
        requested_by=ASKER,
    )
    ledger.put(keys.History(keys.backwards(at), REGION, said.image_id, one.export_id).key, export)
