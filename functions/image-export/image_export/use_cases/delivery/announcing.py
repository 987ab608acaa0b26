"""What is made to be delivered: a fact that stands once, and hints to it. The watcher delivers it."""

from datetime import timedelta

from msgspec.structs import replace

from ...decisions.results import delivery
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ..context import Context
from .outgoing import open_outgoing

LATER = tuple(timedelta(minutes=number) for number in (1, 2, 3))  # where OSS refuses a name, it takes another


def announce(context: Context, what: str, key: str, fact: object) -> None:
    """The first fact stands, whoever comes. Before its hints: they go where nothing stands. Done again, it mends what
    was left undone, and changes nothing else. Raises LedgerFault."""
    context.mark(key, fact)
    try:
        outgoing = open_outgoing(context.ledger, what)
    except FactUnreadable as fault:
        context.log.error("fact.unreadable", key=key, code=fault.code, error=fault.cause.message)
        return
    for hint in sorted(delivery.hints_for(what, outgoing.pending if outgoing else (), context.ledger.now)):
        _keep(context, hint)


def _keep(context: Context, hint: str) -> None:
    """Nothing else leads to what is owed, so a name that is refused gives way to a later one."""
    due = keys.read_delivery(hint)
    if context.keep(hint) or due is None:
        return
    for later in LATER:
        if context.keep(keys.deliver(replace(due, stamp=keys.stamp(context.ledger.now + later)))):
            return
