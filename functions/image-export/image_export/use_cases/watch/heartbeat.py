"""What becomes of a tick is said: a fact, a line of the log, a call to the policy's heartbeat. Does none of its work.

The fact tells whoever looks into the ledger, the line the alarms of the log service, the call somebody outside. What is
wrong with the call stops no tick (docs/operate.md#when-the-watcher-stops).
"""

from ...decisions.watcher import Watcher, calls_for_failure, calls_for_start, calls_for_success, is_to_be_noted
from ...errors import CloudFault, ImageExportError, LedgerFault, Refused
from ...values import ledger_keys as keys
from ...values.policy import HeartbeatEntry
from ..context import OUT_OF_TIME, Context
from ..ports import Moment, Pinger
from .tick import Tick

NOTED = {"success": keys.HeartbeatCalled().key, "fail": keys.HeartbeatFailed().key}


def heartbeat_of(context: Context) -> HeartbeatEntry | None:
    """Whom to call, as the policy says, or the last valid one; nobody where neither can be read."""
    return context.audience.heartbeat if context.audience else None


class Heartbeat:
    """The word of one tick: at its beginning, and of how it ended."""

    def __init__(self, context: Context, pinger: Pinger) -> None:
        self._context = context
        self._pinger = pinger
        self._entry = heartbeat_of(context)
        self._watcher: Watcher | None = None  # not known before the ledger has told it

    def start(self, context: Context, watcher: Watcher) -> None:
        """Learn what earlier ticks have said, and say that a tick begins."""
        self._context, self._watcher, self._entry = context, watcher, heartbeat_of(context)
        if self._entry and calls_for_start(self._entry, self._watcher, self._context.ledger.now):
            self._call(self._entry, "start")

    def end(self, tick: Tick) -> None:
        """Say how the tick ended. Raises LedgerFault where the ledger does not take the word."""
        if self._context.policy is None:
            self.fail("PolicyInvalid")
        elif tick.is_cut:
            self.fail(OUT_OF_TIME)
        else:
            self._succeed(tick)

    def fail(self, code: str) -> None:
        """Say that the tick could not do its work. Nothing is remembered of it where the ledger cannot be used."""
        self._context.log.warning("watch.failed", code=code)
        entry, watcher = self._entry, self._watcher
        if entry and (watcher is None or calls_for_failure(entry, watcher, self._context.ledger.now)):
            self._call(entry, "fail", f"The watcher could not do its work: {code}")

    def _succeed(self, tick: Tick) -> None:
        watcher, now = self._watcher or Watcher(), self._context.ledger.now
        if is_to_be_noted(watcher, now):
            self._context.keep(keys.WatcherSucceeded().key)
        self._context.log.info("watch.finished", looked=len(tick.exports), undecided=len(tick.undecided))
        if self._entry and calls_for_success(self._entry, watcher, now):
            self._call(self._entry, "success")

    def _call(self, entry: HeartbeatEntry, moment: Moment, note: str = "") -> None:
        """A refusal counts as a call, and is not repeated before its time; without an answer the next tick calls."""
        try:
            self._pinger.ping(entry, moment, note)
        except CloudFault as fault:
            said = {"code": fault.code, "error": fault.cause.message, "recommend": fault.cause.recommend}
            self._context.log.warning("heartbeat.refused", moment=moment, **said)
            if not isinstance(fault, Refused):
                return
        except Exception as bug:  # noqa: BLE001 - of the call, whose words may hold the address
            self._context.log.warning("heartbeat.refused", moment=moment, code=code_of(bug))
            return
        if moment in NOTED and self._watcher is not None:
            self._note(NOTED[moment])

    def _note(self, key: str) -> None:
        try:
            self._context.keep(key)
        except LedgerFault as fault:
            self._context.log.warning("heartbeat.not_kept", code=fault.code, error=fault.cause.message)


def code_of(fault: Exception) -> str:
    """What a tick has ended by."""
    return fault.code if isinstance(fault, ImageExportError) else type(fault).__name__
