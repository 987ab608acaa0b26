"""Row "an-export": the API calls of one export from its event to Completed, as `tests/flow/test_cost.py` names them."""

from collections.abc import Iterator, Sequence

from tests.bench.line import Line
from tests.flow.test_cost import END, ENTRANCE


def rows(_sizes: Sequence[int]) -> Iterator[Line]:
    """The counts that `make test` holds the project to, each call with its reason there."""
    for what, calls in (("event to started", ENTRANCE), ("end of the task to Completed and told", END)):
        note = ", ".join(f"{number} {service} {action}" for (service, action), number in calls.items())
        yield Line(what=what, value=sum(calls.values()), note=note)
    ecs = sum(number for calls in (ENTRANCE, END) for (service, _), number in calls.items() if service == "ecs")
    yield Line(what="of these to ECS", value=ecs, note="held by tests/flow/test_cost.py")
