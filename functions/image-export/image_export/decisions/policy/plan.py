"""What a run would do: one decision for each image, with its reason. Pure. Nothing is applied here.

The same plan serves the nightly run and new images, whether an event names them or the sweep finds them (`when`:
image-created).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from itertools import islice, zip_longest

from msgspec.structs import replace

from ...values.export import RequestedBy
from ...values.export_request import ExportRequest
from ...values.image import Image
from ...values.policy import Policy, Rule, When
from ...values.run import Before, Decision, Newest
from ..naming import natural_key
from .admission import NotWanted, admit_image
from .eligibility import BEFORE_AVAILABLE, barrier, copied, format_warning, obstacle, size_warning
from .matching import still_open, wanted

ROWS_MAX = 500  # of a plan that is shown: below 6 MB with reasons of 8 KB each
AGAIN: dict[Before, str] = {"failed": "failed", "cancelled": "was cancelled"}  # what a night may export again
LAST = datetime.max.replace(tzinfo=timezone.utc)  # for an image of which ECS does not say when it was made


def plan(
    policy: Policy,
    images: Iterable[Image],
    known: Mapping[str, Newest],
    *,
    now: datetime,
    when: When,
    requested_by: RequestedBy,
) -> list[Decision]:
    """One decision for each image, in the images' order; one that is listed twice is one image.

    `known`: the natural keys that have an export, and what became of their newest one. `max_per_run` is a night's:
    the next night takes what is left over, whereas nobody comes back to an image that was just created.
    """
    decisions = {}
    for image in images:
        admitted = admit_image(policy, image, when=when, now=now, requested_by=requested_by)
        decision = _decide(policy, image, admitted, known, when)
        if isinstance(admitted, NotWanted) and when == "image-created" and not (barrier(image) or copied(image)):
            may_match, nearly = still_open(policy, image, when=when, now=now)
            decision = replace(decision, may_match=may_match, nearly=nearly)
        decisions[image.account_id, image.region_id, image.image_id] = decision
    return limited(policy, decisions.values()) if when == "nightly" else list(decisions.values())


def plan_named(policy: Policy, image: Image, *, now: datetime, requested_by: RequestedBy) -> Decision:
    """The same decision of an image that an event names, in whatever status it is by now.

    One that has ended badly meanwhile is recorded all the same: its export fails at once, with that as its cause.
    """
    exists = replace(image, status="Available") if image.status not in BEFORE_AVAILABLE else image
    (decision,) = plan(policy, [exists], {}, now=now, when="image-created", requested_by=requested_by)
    return decision


def limited(policy: Policy, decisions: Iterable[Decision]) -> list[Decision]:
    """The same decisions, with what is wanted beyond its rule's `max_per_run` out.

    The oldest go first, for a rule has one priority; what failed before goes last, or images that always fail would
    keep all others out. The first of all are among the first of each part: parts may be limited and put together.
    """
    decisions = list(decisions)
    by_rule = defaultdict(list)
    for place, one in enumerate(decisions):
        if one.wanted:
            order = (one.before == "failed", one.created_at or LAST, one.account_id, one.region_id, one.image_id)
            by_rule[one.rule].append((order, place))
    for name, candidates in by_rule.items():
        for _, place in sorted(candidates)[policy.rule(name).max_per_run or len(candidates) :]:
            decisions[place] = _left_over(policy, decisions[place])
    return decisions


def spread(decisions: Iterable[Decision], most: int = ROWS_MAX) -> list[Decision]:
    """At most so many of them, in their order: of each account and region in turn one, what is wanted first."""
    decisions = list(decisions)
    places = defaultdict(list)
    for place, one in enumerate(decisions):
        places[one.account_id, one.region_id].append((not one.wanted, place))
    rounds = zip_longest(*(sorted(rows) for rows in places.values()))
    in_turn = (row[1] for together in rounds for row in together if row)
    return [decisions[place] for place in sorted(islice(in_turn, most))]


def _decide(
    policy: Policy, image: Image, admitted: ExportRequest | NotWanted, known: Mapping[str, Newest], when: When
) -> Decision:
    if isinstance(admitted, NotWanted):
        return _out(image, None, admitted.reason)
    rule = policy.rule(admitted.rule)
    against = obstacle(image, when)
    if against:
        return _out(image, rule, against)
    newest = known.get(natural_key(admitted))
    before = newest.before if newest else "none"
    against_again = _stays(before, rule, admitted, when)
    if against_again:
        return replace(_out(image, rule, against_again), before=before, export_id=newest and newest.export_id)
    return _in(image, rule, admitted, before)


def _stays(before: Before, rule: Rule, request: ExportRequest, when: When) -> str | None:
    """Why the export that there was is not made again; None where there was none, or it is."""
    if before == "standing":
        return f"already exported as {request.image_format} to {request.oss_bucket}, or on its way"
    if before == "cancelled" and rule.cancelled != "again":
        return f"its export was cancelled; ask for it, or give rule {rule.name} cancelled: again"
    if before != "none" and when == "image-created":
        return f"its export {AGAIN[before]}; only a nightly rule exports again"
    return None


def _in(image: Image, rule: Rule, request: ExportRequest, before: Before) -> Decision:
    reason = f"rule {rule.name} wants {wanted(rule.match)}"
    if before in AGAIN:
        reason += f"; its last export {AGAIN[before]}"
    if image.status != "Available":
        reason += f"; waited for, since it is {image.status}"
    warnings = (format_warning(rule.format, image.region_id), size_warning(image))
    return replace(
        _out(image, rule, reason),
        wanted=True,
        before=before,
        warning=" ".join(filter(None, warnings)) or None,
        request=request,
    )


def _out(image: Image, rule: Rule | None, reason: str) -> Decision:
    return Decision(
        image_id=image.image_id,
        image_name=image.name,
        region_id=image.region_id,
        account_id=image.account_id,
        created_at=image.created_at,
        wanted=False,
        rule=rule.name if rule else None,
        reason=reason,
    )


def _left_over(policy: Policy, decision: Decision) -> Decision:
    reason = beyond_limit(policy.rule(decision.rule))
    return replace(decision, wanted=False, left_over=True, warning=None, request=None, reason=reason)


def beyond_limit(rule: Rule) -> str:
    """Why an image is left over for the next nights."""
    return f"rule {rule.name} wants at most {rule.max_per_run} in one run, and others go first"
