"""An image was seen, or named by an event: is it wanted, and by which rule? Records it if so.

Which images are wanted is the planner's decision, as for a night and a sweep. Here is what becomes of it: what a rule
matches on may come after the image, so that "no rule wants it" is undecided for a while.
"""

from datetime import timedelta

import msgspec

from ...decisions.codes import advised
from ...decisions.naming import sighting_key
from ...decisions.policy.admission import watches
from ...decisions.policy.eligibility import format_warning
from ...decisions.policy.plan import plan_named
from ...decisions.policy.undecided import MADE_AFTER, TAGGED_AFTER, undecided_until
from ...decisions.state.backoff import LOOK_MOST, MINUTE, NO_ANSWER, VISIBLE_WITHIN, growing
from ...decisions.state.hints import may_be_ahead
from ...errors import CloudFault, FactUnreadable, ImageExportError
from ...values import ledger_keys as keys
from ...values.account import AssumedRole
from ...values.arrival import Sighted, Sighting
from ...values.cause import Cause
from ...values.export import Export, RequestedBy
from ...values.export_request import ExportRequest
from ...values.image import Image
from ...values.run import Decision
from ...values.steps import Observed
from ..context import Context
from ..export.advance import begin
from ..export.record import Recorded, record
from .reject import Kept, reject
from .undecided_images import Marker, look_again, marker_of, named_at, reconsider_at, sighted_now

GIVE_UP = timedelta(hours=24)  # looks that fail are no verdict, but not for ever


class Outcome(msgspec.Struct, frozen=True):
    """What came of a sighting: an export, a rejection, a look that comes again (`undecided`), or nothing.

    `fault`: the cloud's word on why it is undecided. `because`: why it is none of our business.
    `recorded`: an export that nobody has looked at yet.
    """

    export: Export | None = None
    rejected: Cause | None = None
    undecided: bool = False
    fault: str | None = None
    because: str | None = None
    recorded: Recorded | None = None

    @property
    def ignored(self) -> bool:
        """None of our business."""
        return not (self.export or self.rejected or self.undecided or self.recorded)


def ignore(context: Context, reason: str) -> Outcome:
    """It is none of our business, and the log and the answer say why."""
    context.log.info("event.ignored", reason=reason)
    return Outcome(because=reason)


def consider(context: Context, sighting: Sighting, *, marker: Marker | None = None) -> Outcome:
    """Look at a named image and record what the policy wants of it. `marker`: of one that was named before."""
    context.ledger.ready()
    log = context.log.bind(image_id=sighting.image_id, region_id=sighting.region_id, event_id=sighting.event_id)
    context = context._replace(log=log)
    policy = context.policy
    accounts = watches(policy, sighting.account_id, sighting.region_id) if policy else []
    if policy and not accounts:
        return ignore(context, f"The policy names no account with a destination in {sighting.region_id}.")
    # The first question to the ledger, whose time is fresh from here on.
    marker = marker or marker_of(context, sighting)
    if policy is None:
        return _not_now(context, sighting, marker)
    try:
        image = _find(context, sighting, accounts)
    except CloudFault as fault:
        log.warning("look.failed", code=fault.code, error=fault.cause.message)
        return msgspec.structs.replace(_look_failed(context, sighting, marker, fault), fault=fault.code)
    return _judge(context, sighting, image, marker) if image else _not_visible(context, sighting, marker)


def _find(context: Context, sighting: Sighting, accounts: list[AssumedRole]) -> Image | None:
    """The account's own image, else one that is shared with it. One dead role hides no other.

    A region that gives no answer is not asked again in another account's name.
    """
    faults, shared = [], None
    for role in context.in_time(accounts):
        bucket = context.ruled().bucket(role.account_id, sighting.region_id)
        try:
            image = context.clouds.at(role, sighting.region_id, bucket).image(sighting.image_id)
        except CloudFault as fault:
            faults.append(fault)
            if fault.code in NO_ANSWER:
                break
            continue
        if image and image.owner_alias == "self":
            return image
        shared = shared or image
    if faults:
        raise faults[0]
    return shared


def _judge(context: Context, sighting: Sighting, image: Image, marker: Marker | None) -> Outcome:
    """What becomes of an image that was seen: its export, another look, or nothing. Raises as `record`."""
    asker = RequestedBy(trigger="event", id=sighting.event_id)
    now = context.ledger.now
    decision = plan_named(context.ruled(), image, now=now, requested_by=asker)
    if decision.request is None:
        return _unwanted(context, decision, image, sighted_now(sighting, marker, image, now), marker)
    try:
        return _wanted(context, decision.request, image)
    except FactUnreadable as fault:  # of its export: another day it may be readable
        context.log.error("fact.unreadable", error=fault.cause.message)
        return _look_failed(context, sighting, marker, fault)


def _wanted(context: Context, request: ExportRequest, image: Image) -> Outcome:
    rule = context.ruled().rule(request.rule)
    gives_way = format_warning(rule.format, image.region_id)
    if gives_way:
        context.log.warning("format.replaced", rule=rule.name, reason=gives_way)
    recorded = record(context, request)
    return Outcome(export=begin(context, recorded, Observed(image=image)).export)


def _unwanted(context: Context, decision: Decision, image: Image, seen: Sighted, marker: Marker | None) -> Outcome:
    """No rule wants it, and may yet: until it has had its time."""
    now, named = context.ledger.now, seen.named_at or context.ledger.now
    available_at = marker.at if marker and marker.fact.available else now
    until = undecided_until(decision, image, named, available_at)
    if until is None or now >= until:
        return _decided_against(context, decision)
    since = available_at if seen.available else named
    at = min(growing(since, now, most=LOOK_MOST), max(until, now + MINUTE))
    if reconsider_at(context, seen, at, marker):
        context.log.info("image.undecided", reason=decision.reason, until=until)
    return Outcome(undecided=True)


def _decided_against(context: Context, decision: Decision) -> Outcome:
    """A rule for which a tag or the family was missing to the end is what a person may have meant otherwise."""
    if decision.nearly:
        context.log.warning("rule.nearly_matched", reason=decision.nearly)
    return ignore(context, decision.reason)


def _not_visible(context: Context, sighting: Sighting, marker: Marker | None) -> Outcome:
    now, since = context.ledger.now, named_at(marker)
    if marker and marker.fact.named_at:
        gone = now - marker.at > TAGGED_AFTER
        return ignore(context, "The image was there, and is gone.") if gone else _not_now(context, sighting, marker)
    if sighting.named_by_creation and (since is None or now - since <= VISIBLE_WITHIN):
        context.log.info("image.not_visible")
        return _not_now(context, sighting, marker)
    message = f"The event {sighting.event_id} names {sighting.image_id}, which is not there in {sighting.region_id}."
    return _give_up(context, sighting, advised(Cause(code="InvalidImageId.NotFound", message=message)))


def _look_failed(context: Context, sighting: Sighting, marker: Marker | None, fault: ImageExportError) -> Outcome:
    since, seen = named_at(marker), marker is not None and marker.fact.named_at is not None
    if since and context.ledger.now - since > (MADE_AFTER + GIVE_UP if seen else GIVE_UP):
        return _give_up(context, sighting, advised(fault.cause))
    return _not_now(context, sighting, marker)


def _give_up(context: Context, sighting: Sighting, cause: Cause) -> Outcome:
    reject(context, sighting_key(sighting), cause, Kept(sighting=sighting))
    return Outcome(rejected=cause)


def _not_now(context: Context, sighting: Sighting, marker: Marker | None) -> Outcome:
    """It could not be judged. Each minute at first; later less often."""
    now, since = context.ledger.now, named_at(marker)
    in_time = since is None or now - since <= VISIBLE_WITHIN
    look_again(context, sighting, now + MINUTE if in_time else growing(since or now, now, most=LOOK_MOST))
    return Outcome(undecided=True)


def consider_again(context: Context, key: str, hint: str) -> Outcome | None:
    """Look once more for an image that was named before and not decided upon. Raises LedgerFault.

    None where there is no marker: it has been decided upon, or it is still to come, and nobody knows which.
    The hint outlives the decision until nobody can be on his way any more who named the image in the same second.
    """
    ledger = context.ledger
    marker = ledger.read(keys.Sighted(key).key, Sighted)
    outcome = consider(context, marker.fact, marker=marker) if marker else None
    undecided = outcome is not None and outcome.undecided
    if marker and not undecided:
        ledger.delete(keys.Sighted(key).key)
    if undecided or not may_be_ahead(hint, ledger.now):
        ledger.delete(hint)
    return outcome
