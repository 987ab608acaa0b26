"""What drills need: who plans them, what their role may start; and how long ago each series was drilled."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from image_export.decisions.drill.names import series_key
from image_export.decisions.drill.planning import newest_of_series
from image_export.errors import FactUnreadable, OurFault
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.account import AssumedRole
from image_export.values.drill.facts import Drilled
from image_export.values.drill.policy import DrillEntry
from image_export.values.export import Export
from image_export.values.match import span
from image_export.values.policy import Account

from ...deployment.deployment import MAINTAIN
from ...deployment.finding import Finding, looking, note, ok, unknown, wrong
from ...rights.documents import statements_of
from ..examined import Examined

NOT_ASKED = "The policy has no drills, so that nothing proves by itself that exports can be restored."
LATEST = 500  # exports that are read
NAMED = 5  # series that a line names
START = "ecs:RunInstances"
SWITCH_ON = "Update the stack of template.yml in that account with Restore as boot, BootInstanceTypes and BootVpcs."


def drills(examined: Examined) -> Iterator[Finding]:
    """One quiet line where the policy has none."""
    entries = examined.deployment.policy.drills
    if not entries:
        yield ok("drills", NOT_ASKED)
        return
    if not any(one.handler == MAINTAIN for one in examined.deployment.functions):
        message = "s.yaml has no function with the handler index.on_maintain, so no drill is ever planned."
        yield wrong("drills", message, "Take image-export-maintain from the s.yaml of this version, and deploy.")
    for account in examined.deployment.policy.accounts:
        role, about = account.restore_role, [one for one in entries if one.boot and _fits(one, account)]
        if role and about and examined.is_own(account):
            yield from looking(f"role {role.role_arn}", _starting, examined, role, about)
    yield from looking("drills", _coverage, examined, entries)


def _fits(entry: DrillEntry, account: Account) -> bool:
    return entry.match.account in (None, account.name)


def _starting(examined: Examined, role: AssumedRole, entries: Iterable[DrillEntry]) -> Iterator[Finding]:
    """Whether it may start each type somewhere. Where the vSwitch is cannot be seen without rights on the network."""
    found = examined.cloud.role(role.role_arn.rpartition("/")[2])
    if found is None:
        return  # said with the restores
    subject = f"role {role.role_arn}"
    starts = [one.get("Condition") or {} for one in statements_of(found.policies, START)]
    types = dict.fromkeys(kind for entry in entries if entry.boot for kind in entry.boot.instance_types)
    out = [kind for kind in types if not any(_allows(one, "ecs:InstanceType", kind) for one in starts)]
    if not starts:
        yield wrong(subject, f"May not {START}, and policy.yaml has drills that start something.", SWITCH_ON)
    elif out:
        message = f"May not start {', '.join(out)}, which policy.yaml names."
        yield wrong(subject, message, "Name them in BootInstanceTypes of the stack, or take them out of the policy.")
    vpcs = sorted({vpc for one in starts for vpc in _values(one, "vpc:VPC") or ["any VPC"]})
    if vpcs == ["acs:vpc:*:*:vpc/no-vpc"]:
        yield wrong(subject, "May start instances in no VPC at all.", SWITCH_ON)
    elif starts and not out:
        yield ok(subject, f"May start {', '.join(types)} in {', '.join(vpcs)}; where the vSwitches are is not seen.")


def _allows(condition: Mapping[str, Any], key: str, value: str) -> bool:
    wanted = _values(condition, key)
    return not wanted or any(fnmatchcase(value, pattern) for pattern in wanted)


def _values(condition: Mapping[str, Any], key: str) -> list[str]:
    found = [values for keyed in condition.values() for name, values in keyed.items() if name.lower() == key.lower()]
    return [str(one) for values in found for one in (values if isinstance(values, list) else [values])]


def _coverage(examined: Examined, entries: Iterable[DrillEntry]) -> Iterator[Finding]:
    try:
        ledger = examined.cloud.ledger(examined.deployment.settings)
        exports = list(_latest(ledger))
        for entry in entries:
            yield _covered(examined, ledger, entry, exports)
    except OurFault as fault:
        yield unknown("drills", f"The ledger cannot be read: {fault.code}: {fault.cause.message}")


def _covered(examined: Examined, ledger: Ledger, entry: DrillEntry, exports: Sequence[Export]) -> Finding:
    """Which series were not drilled as often as the entry says."""
    subject, late = f"drill {entry.name}", list[str]()
    series = newest_of_series(entry, examined.deployment.policy, exports)
    for place, name in series:
        key = keys.DrilledSeries(series_key(entry.name, place.account_id, place.region_id, name)).key
        found = _readable(ledger, key)
        if found is None or ledger.now - found > span(entry.every):
            late.append(f"{name} ({place.region_id}, {f'last on {found:%Y-%m-%d}' if found else 'never'})")
    if not series:
        return note(subject, "No export that the ledger knows fits it yet.", "See whether its match is meant so.")
    said = f"{len(series) - len(late)} of {len(series)} series were drilled within {entry.every}"
    if not late:
        return ok(subject, f"{said}.")
    more = f" and {len(late) - NAMED} more" if len(late) > NAMED else ""
    message = f"{said}; not {', '.join(late[:NAMED])}{more}."
    return note(subject, message, f"{entry.most_a_day} a day begin: wait, or raise most_a_day.")


def _latest(ledger: Ledger) -> Iterator[Export]:
    for entry in islice(ledger.walk(keys.History.below()), LATEST):
        try:
            found = ledger.read(entry.key, Export)
        except FactUnreadable:
            continue
        if found:
            yield found.fact


def _readable(ledger: Ledger, key: str) -> Any:
    """When that was; a note that nobody understands is none."""
    try:
        found = ledger.read(key, Drilled)
    except FactUnreadable:
        return None
    return found.at if found else None
