"""Whether who is to be told would be: the custom bus takes a test event, the function is there."""

from collections.abc import Iterator

from image_export.decisions.codes import recommendation
from image_export.errors import CloudFault
from image_export.values.notify_target import EventBus, Function

from ...cloud.account import TEST_EVENT
from ...deployment.finding import Finding, looking, ok, unknown, wrong
from ..site import HttpApp

NO_BUS, NO_FUNCTION = "EventBusNotExist", "FunctionNotFound"


def targets(site: HttpApp) -> Iterator[Finding]:
    """One test event to each bus of the policy, unless that is not wanted; functions are not invoked."""
    for target in site.deployment.policy.notify:
        if isinstance(target, EventBus):
            yield from looking(f"bus {target.bus}", _bus, site, target)
        else:
            yield from looking(target.name, _function, site, target)


def _bus(site: HttpApp, bus: EventBus) -> Iterator[Finding]:
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


def _function(site: HttpApp, function: Function) -> Iterator[Finding]:
    if function.service is not None:
        message = "Is a function of FC 2.0, which API 2023-03-30 does not show; it is told by API 2016-08-15."
        yield unknown(function.name, message, "Look for event.refused in the log after the first export.")
    elif site.cloud.functions(site.deployment.account_id).function(function.function) is None:
        yield wrong(
            function.name, f"There is no such function in {site.deployment.region}.", recommendation(NO_FUNCTION)
        )
    else:
        yield ok(function.name, f"Is there, in {site.deployment.region}.")
