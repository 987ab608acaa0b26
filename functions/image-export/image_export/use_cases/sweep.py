"""The sweep: images that no event told of are found by looking, one DescribeImages per account and region.

DESIGN §4.1 (c). Only where a rule says `image-created`. Looks overlap, since an image may be listed late.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..decisions.plan import plan
from ..values.account import AssumedRole
from ..values.export import Export, RequestedBy
from ..values.policy import Policy
from ..values.steps import Sight
from .advance import begin
from .outside import Outside
from .record import record

OVERLAP = timedelta(minutes=10)
FIRST_LOOK = timedelta(hours=1)  # how far back the very first look goes: older images are the night's


def groups(policy: Policy | None) -> Iterator[tuple[AssumedRole, str, str]]:
    """The accounts and regions in which new images are wanted at all."""
    if policy and any("image-created" in rule.when for rule in policy.rules):
        for account in policy.accounts:
            for region, destination in account.destinations.items():
                yield account.role, region, destination.bucket


def key(role: AssumedRole, region: str) -> str:
    """Where the ledger says when this group was last looked at."""
    return f"swept/{role.account_id}/{region}"


def images(outside: Outside, role: AssumedRole, region: str, bucket: str, last: datetime | None) -> Iterator[Export]:
    """The exports of images that were created since the last look. Raises CloudFault and LedgerFault."""
    began = outside.ledger.now
    since = (last - OVERLAP) if last else began - FIRST_LOOK
    cloud, page, more = outside.clouds.at(role, region, bucket), 1, True
    asker = RequestedBy(trigger="watch", id=f"sweep-{region}")
    while more:
        listing = cloud.images(page, since=since)
        found = {image.image_id: image for image in listing.images}
        for one in plan(outside.ruled(), listing.images, {}, now=began, when="image-created", requested_by=asker):
            if one.request is None or outside.ledger.is_known(one.request):
                continue
            recorded = record(outside, one.request)
            if recorded.created:
                outside.log.info("image.found", image_id=one.image_id, region_id=region, rule=one.rule)
                yield begin(outside, recorded, Sight(image=found[one.image_id])).export
        page, more = page + 1, listing.more
    outside.ledger.put(key(role, region))
