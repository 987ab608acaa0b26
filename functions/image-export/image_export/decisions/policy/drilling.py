"""What the drills of a policy cannot mean, and what they hardly do. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from ...values.drill.policy import Boot, DrillEntry
from ...values.match import span
from ...values.policy import Account, Policy, PolicyFile

Words = tuple[str, str]
SHORTEST = timedelta(days=1)  # a drill is named by its day (docs/protocol.md#rule-20)


def impossible_drills(file: PolicyFile) -> Iterator[Words]:
    """Each contradiction, with its path."""
    names = [entry.name for entry in file.drills]
    for number, entry in enumerate(file.drills):
        path = f"policy.drills[{number}]"
        if names.index(entry.name) != number:
            yield f"{path}.name", f"{entry.name} is taken"
        if span(entry.every) < SHORTEST:
            yield f"{path}.every", f"is {entry.every}; a series is drilled once a day at most"
        if entry.hours and len(set(entry.hours.split("-"))) == 1:
            yield f"{path}.hours", f"is {entry.hours}, in which no time lies"
        yield from ((f"{path}{part}", words) for part, words in _nowhere(file, entry))
        yield from ((f"{path}.boot{part}", words) for part, words in _twice(entry.boot))


def _nowhere(file: PolicyFile, entry: DrillEntry) -> Iterator[Words]:
    """An account or region that the policy does not have, or where nothing may be restored."""
    named = [account.name for account in file.accounts]
    regions = sorted({region for account in file.accounts for region in account.destinations})
    if entry.match.account is not None and entry.match.account not in named:
        yield ".match.account", f"is {entry.match.account}; the policy's accounts are {', '.join(named)}"
    elif entry.match.region is not None and entry.match.region not in regions:
        yield ".match.region", f"is {entry.match.region}; the policy's regions are {', '.join(regions)}"
    elif not any(account.restore_role_arn for account in _about(file, entry)):
        yield "", "drills what cannot be restored: no account that it is about has a restore_role_arn"


def _twice(boot: Boot | None) -> Iterator[Words]:
    types = boot.instance_types if boot else ()
    for number, kind in enumerate(types):
        if types.index(kind) != number:
            yield f".instance_types[{number}]", f"{kind} is named already"


def _about(file: PolicyFile | Policy, entry: DrillEntry) -> list[Account]:
    """The accounts whose exports the entry may match."""
    match = entry.match
    return [
        account
        for account in file.accounts
        if match.account in (None, account.name) and (match.region is None or match.region in account.destinations)
    ]


def doubtful_drills(file: PolicyFile | Policy) -> Iterator[Words]:
    """Each doubt, with its path."""
    rules = [rule.name for rule in file.rules]
    for number, entry in enumerate(file.drills):
        path = f"policy.drills[{number}]"
        if entry.match.rule is not None and entry.match.rule not in rules:
            yield (
                f"{path}.match.rule",
                f"no rule is called {entry.match.rule}; only exports of a former one fit",
            )
        accounts = _about(file, entry)
        shut = [account.name for account in accounts if not account.restore_role_arn]
        if shut:
            yield path, f"nothing of {', '.join(shut)} is drilled, which has no restore_role_arn"
        if entry.boot:
            yield from ((f"{path}.boot{part}", words) for part, words in _boot(entry, entry.boot, accounts))


def _boot(entry: DrillEntry, boot: Boot, accounts: list[Account]) -> Iterator[Words]:
    """A network is of one account and region; an agent is in the image, or not."""
    places = sorted({(account.name, region) for account in accounts for region in account.destinations})
    regions = {entry.match.region} if entry.match.region else {region for _, region in places}
    if len(regions) > 1:
        yield ".vswitch", f"is of one region, and the entry is about {', '.join(sorted(regions))}; name one in match"
    elif len({name for name, _ in places}) > 1:
        yield ".vswitch", "is of one account, and the entry is about several; name one in match"
    if boot.command:
        yield ".command", "needs Cloud Assistant in the image; where it is not, the last two levels stay Unproven"
