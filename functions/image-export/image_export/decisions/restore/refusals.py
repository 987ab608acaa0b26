"""Refusals that last: since when the cloud has refused without a break, as a note of the restore says. Pure.

One refusal alone ends nothing: a role may be on its way, or a right be taken and given back.
"""

from datetime import datetime, timedelta

from ...values.cause import Cause
from ...values.facts import LookRefused
from ...values.restore.record import RestoreRecord
from ...values.restore.steps import NoteRefusal

ROLE_WITHIN = timedelta(minutes=15)  # of refusals without a break
REFUSED_ANEW = timedelta(
    minutes=12
)  # looks are ten apart at most: after so long without a refusal the next is the first
NOTED_EVERY = timedelta(minutes=5)  # what is so at each look


def to_note(record: RestoreRecord, cause: Cause | None, now: datetime) -> NoteRefusal | None:
    """What of a refusal, or of none, is to be remembered."""
    standing, last = record.look_refused, record.look_refused_at
    if cause is None:
        return NoteRefusal(LookRefused(since=now)) if standing and standing.cause else None
    if standing is None or standing.cause is None or last is None or now - last >= REFUSED_ANEW:
        return NoteRefusal(LookRefused(since=now, cause=cause))
    return NoteRefusal(LookRefused(since=standing.since, cause=cause)) if now - last >= NOTED_EVERY else None


def lasts(record: RestoreRecord, now: datetime) -> bool:
    """Whether it is so for long enough to be an answer."""
    refused = record.look_refused
    return refused is not None and refused.cause is not None and now - refused.since >= ROLE_WITHIN
