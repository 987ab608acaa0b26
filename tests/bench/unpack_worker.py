"""Unpacks an archive in a process of its own, as a function does: with what ships, and nothing else in its memory.

`python -m tests.bench.unpack_worker ARCHIVE TARGET` takes files in place of OSS. With an ENDPOINT, a key's ID and
SECRET and a BUCKET behind them, archive and target are objects, and the vendor's SDK is in it. Prints how long it took
and the most memory that it had.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss_multipart import OssMultipart
from image_export.edges.retrying import Retrying
from image_export.use_cases.unpack.ports import Body, Part, Range, Reader, Target, Upload, Uploads
from image_export.use_cases.unpack.unpack import unpack
from image_export.values.export import ExportedObject
from image_export.values.unpack import UnpackOrder

COPIED = 256 * 1024
PATIENT = Retrying(remaining_s=lambda: 86_400.0, sleep=time.sleep, random=random.random)


class Folder:
    """Fits both ports: keys are files, and each part is written to where it will be."""

    def __init__(self) -> None:
        self._files: dict[str, int] = {}
        self._ends: dict[int, int] = {1: 192 * 1024}

    def read(self, _bucket: str, source: ExportedObject, first: int, size: int) -> Range:
        file = self._files.setdefault(source.key, os.open(source.key, os.O_RDONLY))
        return Range(os.pread(file, size, first), source.size, None)

    def target(self, _bucket: str, key: str) -> Target | None:
        return Target(Path(key).stat().st_size, "", {}) if Path(key).exists() else None

    def begun(self, _bucket: str, _key: str) -> list[Upload]:
        return []

    def begin(self, bucket: str, key: str, _metadata: Mapping[str, str]) -> Upload:
        self._files[key] = os.open(key, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        return Upload(bucket, key, "U")

    def parts(self, _upload: Upload) -> list[Part]:
        return []

    def put_part(self, upload: Upload, number: int, body: Body) -> Part:
        file, at, size = self._files[upload.key], 0 if number == 1 else self._ends[number - 1], 0
        body.seek(0)
        while block := body.read(COPIED):
            size += os.pwrite(file, block, at + size)
        if number > 1:
            self._ends[number] = at + size
        return Part(number, size, "", None)

    def complete(self, _upload: Upload, _parts: Iterable[Part]) -> None:
        pass

    def abort(self, _upload: Upload) -> None:
        pass


def main(archive: str, target: str, *place: str) -> None:
    """One order."""
    if place:
        endpoint, key_id, secret, bucket = place
        oss = OssMultipart("cn-hangzhou", lambda: Credentials(key_id, secret), Addresses(endpoint), PATIENT)
        said = _unpack(oss, oss, bucket, archive, target)
    else:
        files = Folder()
        said = _unpack(files, files, "files", archive, target)
    print(json.dumps(said))  # noqa: T201 - the answer


def _unpack(reader: Reader, uploads: Uploads, bucket: str, archive: str, target: str) -> dict[str, float]:
    found = uploads.target(bucket, archive)
    if found is None:
        raise SystemExit(f"there is no {archive}")
    source = ExportedObject(key=archive, size=found.size, etag=found.etag, crc64=None)
    order = UnpackOrder(bucket=bucket, source=source, target_key=target)
    began = time.perf_counter()
    unpack(order, reader, uploads, progress=lambda _progress: None, remaining_s=PATIENT.remaining_s)
    return {"seconds": time.perf_counter() - began, "peak_mb": _peak_mb()}


def _peak_mb() -> float:
    """Not of `world`, which loads more than a function does."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
