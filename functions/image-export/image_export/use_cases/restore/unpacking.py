"""What `image-export-unpack` does for a restore: each disk that stands in an archive becomes an object to import.

Invoked again it goes on. A restore that has ended meanwhile, or was called off, needs none of it.
"""

from collections.abc import Iterator
from datetime import timedelta

from msgspec import field

from ...decisions.restore import names
from ...decisions.restore.codes import Meaning, meaning
from ...decisions.restore.mapping import is_archive, wanted_disks
from ...errors import CloudFault, Damaged, Refused, Taken
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import ExportedObject
from ...values.facts import LookRefused, Since
from ...values.restore.facts import UnpackFailed
from ...values.restore.record import RestoreRecord
from ...values.unpack import UnpackOrder, UnpackProgress
from ...values.wire import Wire
from ..context import Context
from ..unpack.unpack import unpack
from . import facts
from .look import RestoreLook
from .ports import Importing

REFUSED_ANEW = timedelta(hours=1)  # after so long without a refusal the next one is the first
NOTED_EVERY_S = 120.0  # that somebody is at work; a quarter of an hour without it is taken for dead


class UnpackAnswer(Wire, frozen=True, kw_only=True):
    """How many disks this invocation has unpacked, and whether all are. `code`: why it stopped, where it has."""

    restore_id: str = field(name="RestoreId")
    unpacked: int = field(name="Unpacked", default=0)
    finished: bool = field(name="Finished", default=False)
    code: str | None = field(name="Code", default=None)


class CalledOff(Exception):
    """Nobody needs it any more."""


def unpack_for(context: Context, importing: Importing, restore: str) -> UnpackAnswer:
    """Unpack what the restore needs. Raises LedgerFault; what the cloud does not do is gone on with later."""
    record = facts.load(context.ledger, restore)
    if record is None:
        return UnpackAnswer(restore_id=restore, code="RestoreNotFound")
    context = context._replace(log=context.log.bind(restore_id=restore))
    done = 0
    try:
        for number, order in _orders(record):
            if _unpacked(RestoreLook(context, importing, record), number, order):
                done += 1
    except CalledOff:
        return UnpackAnswer(restore_id=restore, unpacked=done, code="CalledOff")
    except (Damaged, Taken) as fault:
        context.ledger.mark(keys.UnpackFailed(restore).key, UnpackFailed(cause=fault.cause))
        _look_soon(context, restore)
        return UnpackAnswer(restore_id=restore, unpacked=done, code=fault.code)
    except CloudFault as fault:
        if isinstance(fault, Refused) and meaning(fault.code) in (Meaning.FINAL, Meaning.ROLE):
            _note_refused(context, record, fault.cause)
        return UnpackAnswer(restore_id=restore, unpacked=done, code=fault.code)
    _look_soon(context, restore)
    return UnpackAnswer(restore_id=restore, unpacked=done, finished=True)


def _note_refused(context: Context, record: RestoreRecord, cause: Cause) -> None:
    """Since when each invocation has ended so, for the same cause: one alone is no end of the restore."""
    now, was, last = context.ledger.now, record.unpack_refused, record.unpack_refused_at
    goes_on = was and was.cause and was.cause.code == cause.code and last and now - last < REFUSED_ANEW
    since = was.since if was and goes_on else now
    context.keep(keys.UnpackRefused(record.restore_id).key, LookRefused(since=since, cause=cause))


def _orders(record: RestoreRecord) -> Iterator[tuple[int, UnpackOrder]]:
    """The archives that are not unpacked yet, by the disk's number."""
    request = record.request
    said = {one.key: one for one in request.manifest.objects}
    for number, disk in enumerate(wanted_disks(request.manifest, request.disks), 1):
        if is_archive(disk.key) and number not in record.unpacked:
            yield (
                number,
                UnpackOrder(
                    bucket=request.manifest.oss_bucket,
                    source=said.get(disk.key or "") or ExportedObject(key=disk.key or "", size=0, etag="", crc64=None),
                    virtual_size=disk.virtual_size,  # 0.1.0 kept none, and the image's GiB are rounded
                    target_key=names.unpacked_key(record.restore_id, number),
                ),
            )


def _unpacked(look: RestoreLook, number: int, order: UnpackOrder) -> bool:
    context, restore = look.context, look.record.restore_id
    began_s, noting = context.remaining_s(), _Noting(context, restore)
    noting()
    log = context.log.bind(disk=number)
    try:
        made = unpack(
            order, look.cloud.reader(), look.cloud.uploads(), progress=noting, remaining_s=context.remaining_s
        )
    except (Damaged, Taken) as fault:
        log.error("unpack.failed", code=fault.code, error=fault.cause.message)
        raise
    except CloudFault as fault:
        log.warning("unpack.stopped", code=fault.code, error=fault.cause.message)
        raise
    context.ledger.mark(keys.Unpacked(restore, number).key, made)
    seconds = round(began_s - context.remaining_s())
    log.info("unpack.completed", size=made.size, virtual_size=made.virtual_size, seconds=seconds)
    return True


class _Noting:
    """Notes now and then that somebody is at work, and looks whether it is still wanted."""

    def __init__(self, context: Context, restore: str) -> None:
        self._context = context
        self._restore = restore
        self._noted_s: float | None = None  # of the invocation, what was left then

    def __call__(self, _progress: UnpackProgress | None = None) -> None:
        """Raises CalledOff."""
        if self._noted_s is not None and self._noted_s - self._context.remaining_s() < NOTED_EVERY_S:
            return
        ledger, restore = self._context.ledger, self._restore
        for unwanted in (keys.RestoreCancel(restore).key, keys.RestoreEnded(restore).key):
            if ledger.page(unwanted, limit=1).entries:
                raise CalledOff
        ledger.put(keys.Unpacking(restore).key, Since())
        self._noted_s = self._context.remaining_s()


def _look_soon(context: Context, restore: str) -> None:
    """The watcher goes on at its next tick."""
    context.ledger.put(keys.due(context.ledger.now, restore))
