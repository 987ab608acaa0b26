"""Whether who is to be told would be: the custom bus takes a test event, the function is there."""

from collections.abc import Iterator

from image_export.decisions.codes import recommendation
from image_export.errors import CloudFault
from image_export.values.notify_target import EventBus, Function

from ...cloud.account import TEST_EVENT
from ...deployment.finding import Finding, looking, ok, unknown, wrong
from ..examined import Examined

NO_BUS, NO_FUNCTION = "EventBusNotExist", "FunctionNotFound"


def targets(examined: Examined) -> Iterator[Finding]:
    """One test event to each bus of the policy, unless that is not wanted; functions are not invoked."""
    for target in examined.deployment.policy.notify:
        if isinstance(target, EventBus):
            yield from looking(f"bus {target.bus}", _bus, examined, target)
        else:
            yield from looking(target.name, _function, examined, target)


def _bus(examined: Examined, bus: EventBus) -> Iterator[Finding]:
    subject = f"bus {bus.bus}"
    if not examined.evidence.test_event:
        yield unknown(subject, "No test event was sent.", "Leave out --no-test-event.")
        return
    try:
        examined.cloud.test_event(bus)
    except CloudFault as fault:
        if fault.code != NO_BUS:
            raise
        made = f"aliyun eventbridge CreateEventBus --region {bus.region} --EventBusName {bus.bus}"
        yield wrong(subject, f"There is no such bus in {bus.region}.", recommendation(NO_BUS), made)
    else:
        yield ok(subject, f"Took a test event of type {TEST_EVENT} in {bus.region}.")


def _function(examined: Examined, function: Function) -> Iterator[Finding]:
    if function.service is not None:
        message = "Is a function of FC 2.0, which API 2023-03-30 does not show; it is told by API 2016-08-15."
        yield unknown(function.name, message, "Look for event.refused in the log after the first export.")
    elif examined.cloud.functions(examined.deployment.account_id).function(function.function) is None:
        yield wrong(
            function.name, f"There is no such function in {examined.deployment.region}.", recommendation(NO_FUNCTION)
        )
    else:
        yield ok(function.name, f"Is there, in {examined.deployment.region}.")
