"""An exported object in a bucket, and workers that unpack it."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from image_export.decisions.unpack import sizing
from image_export.decisions.unpack.checksums import crc64
from image_export.use_cases.unpack import source_reading
from image_export.use_cases.unpack.unpack import unpack
from image_export.values.export import ExportedObject
from image_export.values.unpack import Unpacked, UnpackOrder, UnpackProgress

from .disks import KIB
from .fake_oss import BUCKET, FakeOss, Object

SOURCE, TARGET = "golden_m-1_system.raw.tar.gz", "golden_m-1_system.restore-1.qcow2"
QEMU = shutil.which("qemu-img") or ""
needs_qemu = pytest.mark.skipif(not QEMU, reason="qemu-img is not installed: apt-get install qemu-utils")


@dataclass
class World:
    """A bucket in memory."""

    oss: FakeOss = field(default_factory=FakeOss)
    told: list[UnpackProgress] = field(default_factory=list)
    left_s: float = 3600.0

    def exported(self, body: bytes, key: str = SOURCE, **other: Any) -> UnpackOrder:
        """Put an exported object there, and order it to be unpacked as its manifest has it."""
        self.oss.objects[key] = Object(body)
        source = ExportedObject(key=key, size=len(body), etag=self.oss.objects[key].etag, crc64=crc64((body,)))
        return UnpackOrder(**{"bucket": BUCKET, "source": source, "target_key": TARGET, **other})

    def unpack(self, order: UnpackOrder) -> Unpacked:
        """One worker."""
        return unpack(order, self.oss, self.oss, progress=self.told.append, remaining_s=lambda: self.left_s)

    def target(self, key: str = TARGET) -> bytes:
        """What was made."""
        return self.oss.objects[key].body


def in_small_parts(patch: pytest.MonkeyPatch) -> None:
    """Read and write 128 KiB at once."""
    patch.setattr(sizing, "USUAL_PART", 128 * KIB)
    patch.setattr(sizing, "MEBIBYTE", 1)
    patch.setattr(source_reading, "RANGE", 128 * KIB)


def qemu_img(*arguments: str | Path) -> str:
    """What qemu-img says; it fails where it is not content."""
    done = subprocess.run([QEMU, *map(str, arguments)], capture_output=True, text=True, check=False)  # noqa: S603 - QEMU's own
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_same_disk(folder: Path, qcow2: bytes, raw: bytes) -> None:
    """By the judgement of QEMU: no errors, no leaks, and the same bytes."""
    (folder / "it.qcow2").write_bytes(qcow2)
    (folder / "it.raw").write_bytes(raw)
    assert "No errors were found" in qemu_img("check", "-f", "qcow2", folder / "it.qcow2")
    said = qemu_img("compare", "-f", "qcow2", "-F", "raw", folder / "it.qcow2", folder / "it.raw")
    assert said == "Images are identical.\n"
