"""What a run would do: one decision for each image, with its reason. Pure. Nothing is applied here (STYLE 7).

The same plan serves the nightly run and, for images that no event told of, the sweep (`when`: image-created).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec.structs import replace

from ..values.export import RequestedBy
from ..values.export_request import ExportRequest
from ..values.image import Image
from ..values.policy import Policy, Rule, When
from ..values.wire import Wire
from .admission import NotWanted, admit_image
from .exportable import format_warning, obstacle, size_warning
from .identity import natural_key
from .matching import wanted

Key = tuple[str, str, str]
Planned = tuple[Image, "Decision"]


class Decision(Wire, frozen=True, kw_only=True):
    """In or out. `rule`: the one that matched, though the image may be out for another reason."""

    image_id: str
    image_name: str
    region_id: str
    account_id: str
    wanted: bool
    rule: str | None = None
    reason: str
    warning: str | None = None
    request: ExportRequest | None = None


def plan(
    policy: Policy,
    images: Iterable[Image],
    known: Mapping[str, bool],
    *,
    now: datetime,
    when: When,
    requested_by: RequestedBy,
    taken: Mapping[str, int] | None = None,
) -> list[Decision]:
    """One decision for each image, in the images' order; one that is listed twice is one image.

    `known`: the natural keys that have an export, and whether their newest one Failed. `taken`: how many images of
    a rule the same run has recorded before, in another region or before it was cut off. `max_per_run` is a night's:
    the next night takes what is left over, whereas nobody comes back to an image that was just created.
    """
    planned: dict[Key, Planned] = {}
    for image in images:
        admitted = admit_image(policy, image, None, when=when, now=now, requested_by=requested_by)
        key = (image.account_id, image.region_id, image.image_id)
        planned[key] = image, _decide(policy, image, admitted, known, when)
    for key in _over(policy, planned, known, taken or {}) if when == "nightly" else ():
        image, decision = planned[key]
        planned[key] = image, _left_over(policy, decision)
    return [decision for _, decision in planned.values()]


def _decide(
    policy: Policy, image: Image, admitted: ExportRequest | NotWanted, known: Mapping[str, bool], when: When
) -> Decision:
    if isinstance(admitted, NotWanted):
        return _out(image, None, admitted.reason)
    rule = policy.rule(admitted.rule)
    against = obstacle(image, when)
    if against:
        return _out(image, rule, against)
    failed = known.get(natural_key(admitted))
    if failed is False:
        return _out(image, rule, f"already exported as {admitted.image_format} to {admitted.oss_bucket}, or on its way")
    if failed and when == "image-created":
        return _out(image, rule, "its export failed; only a nightly rule exports again")
    return _in(image, rule, admitted, again=bool(failed))


def _in(image: Image, rule: Rule, request: ExportRequest, *, again: bool) -> Decision:
    reason = f"rule {rule.name} wants {wanted(rule.match)}"
    if again:
        reason += "; its last export failed"
    if image.status != "Available":
        reason += f"; waited for, since it is {image.status}"
    warnings = (format_warning(rule.format, image.region_id), size_warning(image))
    return replace(
        _out(image, rule, reason), wanted=True, warning=" ".join(filter(None, warnings)) or None, request=request
    )


def _out(image: Image, rule: Rule | None, reason: str) -> Decision:
    return Decision(
        image_id=image.image_id,
        image_name=image.name,
        region_id=image.region_id,
        account_id=image.account_id,
        wanted=False,
        rule=rule.name if rule else None,
        reason=reason,
    )


def _over(
    policy: Policy, planned: Mapping[Key, Planned], known: Mapping[str, bool], taken: Mapping[str, int]
) -> Iterator[Key]:
    """What is wanted beyond its rule's `max_per_run`. A rule has one priority, so the oldest of its images go first.

    What failed before goes last: otherwise images that always fail would keep all others out.
    """
    by_rule = defaultdict(list)
    for key, (image, decision) in planned.items():
        if decision.request:
            by_rule[decision.rule].append((natural_key(decision.request) in known, image.created_at, key))
    for name, candidates in by_rule.items():
        most = policy.rule(name).max_per_run
        if most is not None:
            left = max(most - taken.get(name or "", 0), 0)
            yield from (key for _, _, key in sorted(candidates)[left:])


def _left_over(policy: Policy, decision: Decision) -> Decision:
    rule = policy.rule(decision.rule)
    reason = f"rule {rule.name} wants at most {rule.max_per_run} in one run, and others go first"
    return replace(decision, wanted=False, warning=None, request=None, reason=reason)
