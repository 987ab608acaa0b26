"""The function that unpacks: invoked late, twice or never, killed, and run again. Its engine is a fake; the use case
around it is the real one.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from image_export.errors import Damaged, Refused
from image_export.use_cases.restore.unpacking import unpack_for
from image_export.values.cause import Cause
from image_export.values.unpack import Unpacked, UnpackOrder, UnpackProgress

from .cloud import LivingImporting

if TYPE_CHECKING:
    from .world import World

TIMEOUT_S = 43_200.0  # s.yaml
QUEUED_S = (1.0, 1.0, 60.0, 1500.0)
STEPS = 4


class LivingUnpacker:
    """Fits `ports.Unpacker`."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def start(self, restore_id: str) -> None:
        """FC takes it, and runs it when it comes to it; after a death once more."""
        world = self._world
        world.trouble.run("start_unpacker", lambda: self._queue(restore_id, world.random.choice((0, 1, 2))))

    def _queue(self, restore_id: str, repeats: int) -> None:
        world = self._world
        at = world.clock.now + timedelta(seconds=world.random.choice(QUEUED_S) * (0.5 + world.random.random()))

        def run() -> None:
            answer = world.work("unpack", TIMEOUT_S, lambda context: unpack_for(context, world.importing, restore_id))
            if answer is None and repeats:
                self._queue(restore_id, repeats - 1)

        world.baton.start(at, run)


class Engine:
    """`use_cases.unpack.unpack`: reads each byte of the source, keeps what is there, damages nothing."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def __call__(self, order: UnpackOrder, cloud: Any, _uploads: object, *, progress: Any, remaining_s: Any) -> Any:
        del remaining_s
        whole = Unpacked(
            key=order.target_key,
            target_format="qcow2",
            size=9,
            virtual_size=order.virtual_size or 0,
            source_crc64=order.source.crc64,
            data_bytes=9,
        )
        if order.target_key in cloud.objects:
            return whole
        key, begun = order.target_key, [one for one, of in cloud.uploads_begun.items() if of == order.target_key]
        pace_s = self._world.random.choice((1.0, 100.0, 400.0))
        self._world.wait(pace_s * self._world.random.random())
        upload = begun[0] if begun else cloud.begin_upload(key)
        for number in range(STEPS):
            self._world.wait(pace_s * self._world.random.random())
            cloud.faults.run("put_part", lambda: None)
            progress(UnpackProgress(read_bytes=number, total_bytes=STEPS, parts_uploaded=number, parts_kept=0))
        self._check(cloud, order, upload)
        self._complete(cloud, upload)
        return whole

    def _check(self, cloud: LivingImporting, order: UnpackOrder, upload: str) -> None:
        key = order.source.key
        if key in cloud.altered | cloud.rotten or key not in cloud.objects:
            cloud.uploads_begun.pop(upload, None)
            self._world.reasons.add("ObjectDamaged")
            raise Damaged(Cause(code="ObjectDamaged", message=f"{key} is not what the manifest says."))

    def _complete(self, cloud: LivingImporting, upload: str) -> None:
        try:
            cloud.complete_upload(upload)
        except Refused as fault:
            if fault.code != "FileAlreadyExists":
                raise
