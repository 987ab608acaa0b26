"""RunInstances, DeleteInstance, DeleteInstances and StopInstance (pages of 2021; error tables).

A dry run looks at everything, the stock too (RunInstances page).
"""

from __future__ import annotations

from functools import partial
from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.instances.instance import Instance, Wanted
from alicloud_emulator.ecs.instances.run_request import flag, read
from alicloud_emulator.ecs.paging import numbered
from alicloud_emulator.ecs.regions import region_of
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError, missing_parameter

MOST = 100
PASSED = "Request validation has been passed with DryRun flag set."
WRONG_STATUS = "The current status of the resource does not support this operation."


async def RunInstances(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Make instances, all that are asked for or none."""
    if (before := ecs.tokens.answer_to(call)) is not None:
        return before
    wanted = read(ecs, call)
    check_stock(ecs, wanted)
    check_quota(ecs, wanted)
    if flag(call, "DryRun"):
        raise ApiError(400, "DryRunOperation", PASSED)
    made = ecs.instances.start(wanted)
    answer = {"InstanceIdSets": {"InstanceIdSet": [one.id for one in made]}, "OrderId": "", "TradePrice": 0}
    return ecs.tokens.keep(call, answer)


def check_stock(ecs: Ecs, wanted: Wanted) -> None:
    """The type is offered in the zone, and there is one left."""
    if wanted.type.id in ecs.instances.not_offered:
        message = "The specified zone does not support this instancetype."
        raise ApiError(403, "InvalidInstanceType.ZoneNotSupported", message)
    if wanted.type.id in ecs.instances.sold_out:
        message = "The resource is out of stock in the specified zone. Please try other types, or choose other regions."
        raise ApiError(403, "OperationDenied.NoStock", message)


def check_quota(ecs: Ecs, wanted: Wanted) -> None:
    """The account may have so many more instances in the region."""
    there = len(ecs.instances.of(wanted.region, wanted.account_id))
    if there + wanted.amount > ecs.quotas.ecs_instances:
        message = "The number of the specified ECS instances has exceeded the quota of the specified instance type."
        raise ApiError(403, "QuotaExceed.ElasticQuota", message)


async def DeleteInstance(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Release an instance, of whatever region."""
    instance = own(ecs, call, call.params["InstanceId"])
    check_release(call, instance)
    if flag(call, "DryRun"):
        raise ApiError(400, "DryRunOperation", PASSED)
    release(ecs, call, instance)
    return {}


async def DeleteInstances(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Release up to a hundred instances of a region, all of them or none."""
    if (before := ecs.tokens.answer_to(call)) is not None:
        return before
    region, ids = region_of(call), numbered(call, "InstanceId")
    if not ids:
        raise missing_parameter("InstanceId")
    if len(ids) > MOST:
        raise ApiError(400, "InvalidParameter", f"InstanceId.N has {len(ids)} ids, {MOST} are allowed.")
    found = [own(ecs, call, one, region) for one in dict.fromkeys(ids)]
    for instance in found:
        check_release(call, instance)
    if flag(call, "DryRun"):
        raise ApiError(400, "DryRunOperation", PASSED)
    for instance in found:
        release(ecs, call, instance)
    return ecs.tokens.keep(call, {})


def own(ecs: Ecs, call: Call, instance_id: str, region: str | None = None) -> Instance:
    """The account's instance of this id, in the region if one is said."""
    found = ecs.instances.by_id.get(instance_id)
    if found is None or found.place != (region or found.place[0], call.key.account_id):
        raise ApiError(404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.")
    return found


def check_release(call: Call, instance: Instance) -> None:
    """Nothing protects the instance, and its state lets it go: with Force a running one, with ForceStop any."""
    if instance.protected:
        message = "The operation is not allowed because the instance is protected from deletion."
        raise ApiError(403, "InvalidOperation.DeletionProtection", message)
    if instance.status == "Pending":
        raise ApiError(403, "IncorrectInstanceStatus.Initializing", "The specified instance status is initializing.")
    allowed = {"Stopped"} | ({"Running", "Starting"} if flag(call, "Force") else set())
    if instance.status not in allowed and not flag(call, "ForceStop"):
        raise ApiError(403, "IncorrectInstanceStatus", WRONG_STATUS)


def release(ecs: Ecs, call: Call, instance: Instance) -> None:
    """A stopped instance is gone at once, another one when it has stopped."""
    if instance.status == "Stopped":
        ecs.instances.release(instance, call.now)
    elif instance.status != "Stopping":
        ecs.instances.stop(instance, call.now, partial(ecs.instances.release, instance))
    else:
        ecs.instances.release(instance, call.now)


async def StopInstance(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Stop an instance that runs."""
    instance = own(ecs, call, call.params["InstanceId"])
    if instance.status != "Running":
        raise ApiError(403, "IncorrectInstanceStatus", WRONG_STATUS)
    if flag(call, "DryRun"):
        raise ApiError(400, "DryRunOperation", PASSED)
    ecs.instances.stop(instance, call.now)
    return {}
