"""Whether who is to be told would be: the custom bus takes a test event."""

from collections.abc import Iterator

from image_export.decisions.refusals import recommendation
from image_export.errors import CloudFault
from image_export.values.notify_target import EventBus

from ..edges.account import TEST_EVENT
from ..finding import Finding, looking, ok, unknown, wrong
from ..site import Site

NO_BUS = "EventBusNotExist"


def buses(site: Site) -> Iterator[Finding]:
    """One test event to each bus of the policy, unless that is not wanted."""
    for target in site.deployment.policy.notify:
        if isinstance(target, EventBus):
            yield from looking(f"bus {target.bus}", _bus, site, target)


def _bus(site: Site, bus: EventBus) -> Iterator[Finding]:
    subject = f"bus {bus.bus}"
    if not site.evidence.test_event:
        yield unknown(subject, "No test event was sent.", "Leave out --no-test-event.")
        return
    try:
        site.cloud.test_event(bus)
    except CloudFault as fault:
        if fault.code != NO_BUS:
            raise
        made = f"aliyun eventbridge CreateEventBus --region {bus.region} --EventBusName {bus.bus}"
        yield wrong(subject, f"There is no such bus in {bus.region}.", recommendation(NO_BUS), made)
    else:
        yield ok(subject, f"Took a test event of type {TEST_EVENT} in {bus.region}.")
