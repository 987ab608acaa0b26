"""What it takes to notify a target: a row for each kind. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

from image_export.values.notify_target import CHANNELS, EventBus, Function, NotifyTarget, targets_of

from ..deployment.deployment import Deployment
from .documents import Need


class Rights(NamedTuple):
    """The rights that a kind of target takes. `tried`: the doctor sends it a test event, so that it needs them too."""

    need: Callable[[Deployment, Any], Need] | None
    tried: bool = False


def to_notify(deployment: Deployment) -> list[Need]:
    """All targets of the policy."""
    return [rights.need(deployment, target) for rights, target in _rows(deployment) if rights.need]


def to_try(deployment: Deployment) -> list[Need]:
    """Those that the doctor sends a test event."""
    return [rights.need(deployment, target) for rights, target in _rows(deployment) if rights.need and rights.tried]


def _rows(deployment: Deployment) -> list[tuple[Rights, NotifyTarget]]:
    return [(RIGHTS[type(target)], target) for target in targets_of(deployment.policy)]


def _bus(deployment: Deployment, bus: EventBus) -> Need:
    resource = f"acs:eventbridge:{bus.region}:{deployment.account_id}:eventbus/{bus.bus}"
    return Need(("eventbridge:PutEvents",), (resource,))


def _function(deployment: Deployment, target: Function) -> Need:
    home, qualifier = f"acs:fc:{deployment.region}:{deployment.account_id}", target.qualifier
    if target.service is None:
        name = f"functions/{target.function}" + (f"/{qualifier}" if qualifier else "")
    else:
        name = f"services/{target.service}" + (f".{qualifier}" if qualifier else "") + f"/functions/{target.function}"
    return Need(("fc:InvokeFunction",), (f"{home}:{name}",))


NONE = Rights(None)  # an address outside the cloud, and perhaps a signature
RIGHTS: dict[type[NotifyTarget], Rights] = {
    EventBus: Rights(_bus, tried=True),
    Function: Rights(_function),
    **dict.fromkeys(CHANNELS, NONE),
}
