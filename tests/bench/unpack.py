"""Row "unpack": an exported archive to a qcow2, by the engine and by `tar` and `qemu-img convert`, in turns.

One part in 16 of each disk is data that gzip halves, the rest are zeros. qemu-img reads no pipe, so tar writes a sparse
file for it. Both read and write local files: what OSS and the network add is not in it. The smallest disk is unpacked
through the emulator's OSS and the vendor's SDK too, for its memory.
"""

import json
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from zlib_ng import zlib_ng

from alicloud_emulator.cloud import Settings
from tests.bench.line import RATIO, Line
from tests.bench.world import progress
from tests.commands import CODE, ROOT
from tests.emulator.world import running
from tests.flow.world import BUCKET
from tests.ground import OPEN

MIB, GIB = 1024**2, 1024**3
DISKS_GIB = (1, 8, 40)
ONE_IN = 16
SLOWER_MOST = 2.0
MEMORY_MB = 64.0
ARCHIVE = "disk.raw.tar.gz"
BY_HAND = (
    "set -o pipefail; tar -xzOf {archive} | dd conv=sparse bs=64K iflag=fullblock of={raw} status=none"
    " && truncate -s {size} {raw} && qemu-img convert -f raw -O qcow2 {raw} {target}"
)


def rows(_sizes: Sequence[int]) -> Iterator[Line]:
    """Rate, memory and the ratio of times for each size."""
    if not shutil.which("qemu-img"):
        raise SystemExit("row unpack needs qemu-img: apt-get install qemu-utils")
    for gib in DISKS_GIB:
        with tempfile.TemporaryDirectory(prefix="image-export-bench-") as name:
            yield from _measured(Path(name), gib)
            if gib == min(DISKS_GIB):
                yield _through_oss(Path(name) / ARCHIVE, gib)


def _measured(folder: Path, gib: int) -> Iterator[Line]:
    progress(f"unpack: packing a disk of {gib} GiB")
    archive, made, by_hand = folder / ARCHIVE, folder / "made.qcow2", folder / "by-hand.qcow2"
    pack(archive, gib * GIB)
    progress(f"unpack: unpacking it, twice ({archive.stat().st_size // MIB} MiB)")
    ours = unpacked(archive, made)
    began = time.perf_counter()
    command = BY_HAND.format(archive=archive, raw=folder / "disk.raw", target=by_hand, size=gib * GIB)
    subprocess.run(["bash", "-c", command], check=True)  # noqa: S603, S607 - our own words
    seconds = time.perf_counter() - began
    compare(made, folder / "disk.raw")
    case = f"{gib} GiB"
    yield Line(what=f"{case}: time ÷ tar and qemu-img", value=ours["seconds"] / seconds, unit=RATIO, bar=SLOWER_MOST)
    yield Line(what=f"{case}: disk unpacked", value=gib * 1024 / ours["seconds"], unit="MiB/s")
    yield Line(what=f"{case}: by tar and qemu-img", value=gib * 1024 / seconds, unit="MiB/s")
    yield Line(what=f"{case}: peak memory", value=ours["peak_mb"], unit="MB", bar=MEMORY_MB)


def _through_oss(archive: Path, gib: int) -> Line:
    with running(Settings(speed=1.0, ground=OPEN)) as world:
        world.cloud.oss.write(world.cloud.oss.buckets[BUCKET], ARCHIVE, archive.read_bytes(), world.cloud.clock.now())
        key = world.administrator
        said = unpacked(ARCHIVE, "made.qcow2", world.endpoint, key.access_key_id, key.secret, BUCKET)
    what, note = f"{gib} GiB through the SDK: peak memory", f"{gib * 1024 / said['seconds']:.0f} MiB/s"
    return Line(what=what, value=said["peak_mb"], unit="MB", bar=MEMORY_MB, note=f"{note} through the emulator")


def pack(archive: Path, size: int) -> None:
    """A disk as ECS exports it: one gzip member around a tar archive of one file."""
    noise = random.Random(1)  # noqa: S311 - no secret
    halved = [noise.randbytes(MIB // 2).hex().encode() for _ in range(ONE_IN)]
    packing, zeros = zlib_ng.compressobj(1, wbits=31), bytes(MIB)
    entry = tarfile.TarInfo("disk.raw")
    entry.size = size
    with archive.open("wb") as file:
        file.write(packing.compress(entry.tobuf(tarfile.GNU_FORMAT)))
        for at in range(size // MIB):
            file.write(packing.compress(zeros if at % ONE_IN else halved[at // ONE_IN % ONE_IN]))
        file.write(packing.compress(bytes(10_240)) + packing.flush())


def unpacked(*arguments: str | Path) -> dict[str, float]:
    """What a worker says of its work."""
    command = [sys.executable, "-m", "tests.bench.unpack_worker", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=CODE, capture_output=True, check=True)  # noqa: S603 - our own program
    said: dict[str, float] = json.loads(done.stdout)
    return said


def compare(made: Path, raw: Path) -> None:
    """By the judgement of QEMU: whole, and the same disk."""
    for words in (["check", made], ["compare", "-f", "qcow2", "-F", "raw", made, raw]):
        subprocess.run(["qemu-img", *map(str, words)], check=True, capture_output=True)  # noqa: S603, S607 - QEMU's own
