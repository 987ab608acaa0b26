"""A restore as it is now: its facts, and what ECS says of an import that is on its way. Writes nothing."""

from ...decisions.restore.reasons import reason_of
from ...decisions.restore.view import restore_of
from ...errors import CloudFault
from ...values.restore.record import RestoreRecord
from ...values.restore.restore import Restore
from ...values.restore.steps import Seen
from ..context import Context
from .look import RestoreLook
from .ports import Importing


def shown(context: Context, importing: Importing, record: RestoreRecord) -> Restore:
    """With the progress that its task has now. A look that fails is shown as Reason and is no error."""
    result = record.result
    if record.ended or record.outcome or result is None or result.task_id is None:
        return restore_of(record, reason=reason_of(record))
    try:
        task = RestoreLook(context, importing, record).cloud.task(result.task_id)
    except CloudFault as fault:
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        context.log.bind(restore_id=record.restore_id).warning("look.failed", **said)
        return restore_of(record, reason=fault.code)
    return restore_of(record, reason=reason_of(record), seen=Seen(task=task))
