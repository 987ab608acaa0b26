"""What each part of policy.yaml allows and the whole does not; and words for what no image has. Pure."""

from collections.abc import Iterator

from ...values.match import gib, span
from ...values.policy import ChannelEntry, NotifyEntry, PolicyFile, Rule
from .selectors import impossible_names, impossible_tags
from .yaml_text import Source

Words = tuple[str, str]
"""A path, and what is wrong there."""

RESERVED = "eventbridge-reserved-"


def contradictions(file: PolicyFile, source: Source) -> Iterator[Words]:
    """All of them; the source knows what stood in quotes."""
    yield from _accounts(file)
    for place, named in (("accounts", file.accounts), ("rules", file.rules)):
        names = [one.name for one in named]
        for number, name in enumerate(names):
            if names.index(name) != number:
                yield f"policy.{place}[{number}].name", f"{name} is taken"
    for number, rule in enumerate(file.rules):
        path = f"policy.rules[{number}]"
        yield from ((f"{path}.{part}", words) for part, words in _impossible(rule))
        yield from ((f"{path}.match.{part}", words) for part, words in impossible_names(rule.match))
        plain = {key for key in rule.match.tags if not source.places[f"{path}.match.tags.{key}"].quoted}
        yield from ((f"{path}.match.tags.{part}", words) for part, words in impossible_tags(rule.match, plain))
    for number, entry in enumerate(file.notify):
        yield from ((f"policy.notify[{number}]{part}", words) for part, words in _no_target(entry))
    yield from _same_names(file.notify)
    if file.drills:
        from .drilling import impossible_drills  # here: few policies have any

        yield from impossible_drills(file)


def _accounts(file: PolicyFile) -> Iterator[Words]:
    """An account has one role; a bucket is in one region ("Bucket" page of OSS: its region never changes)."""
    accounts = [account.account_id for account in file.accounts]
    regions: dict[str, str] = {}
    for number, account in enumerate(file.accounts):
        if accounts.index(account.account_id) != number:
            yield f"policy.accounts[{number}].role_arn", f"account {account.account_id} has a role already"
        for region, destination in account.destinations.items():
            first = regions.setdefault(destination.bucket, region)
            if first != region:
                words = f"is {destination.bucket}, the bucket of {first} already; a bucket is in one region"
                yield f"policy.accounts[{number}].destinations.{region}.bucket", words


def _no_target(entry: NotifyEntry) -> Iterator[Words]:
    bus = entry.eventbridge.bus if entry.eventbridge else ""
    given = [kind for kind in entry.__struct_fields__ if getattr(entry, kind) is not None]
    if bus == "default":
        yield ".eventbridge.bus", "is default, which takes no custom events; name another"
    elif bus.startswith(RESERVED):
        yield ".eventbridge.bus", f"is {bus}; names with {RESERVED} are EventBridge's own; name another"
    elif len(given) != 1:
        kinds = ", ".join(entry.__struct_fields__)
        said = " and ".join(given) or "nothing"
        yield "", f"is {said}; it must be exactly one of {kinds}"


def _same_names(entries: tuple[NotifyEntry, ...]) -> Iterator[Words]:
    """Two channels of one kind and name would be one target."""
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        for one in entry.entries:
            if isinstance(one, ChannelEntry) and (name := one.target().name) in seen:
                kind = name.partition(":")[0]
                yield f"policy.notify[{number}].{kind}.name", f"{one.name} is taken"
            elif isinstance(one, ChannelEntry):
                seen.add(name)


def _impossible(rule: Rule) -> Iterator[Words]:
    """Bounds between which there is no image, and words for occasions that never are."""
    match = rule.match
    if match.os_type == "windows":
        yield "match.os_type", "is windows, and ECS exports no Windows images; leave the rule out"
    if match.older_than and "nightly" not in rule.when:
        yield "match.older_than", f"is {match.older_than}, and what was just created is not; add nightly to when"
    if rule.max_per_run and "nightly" not in rule.when:
        counted = f"is {rule.max_per_run}, which only nightly runs count"
        yield "max_per_run", f"{counted}; add nightly to when, or leave it out"
    if match.older_than and match.newer_than and span(match.older_than) >= span(match.newer_than):
        yield "match.older_than", f"{match.older_than} leaves nothing that is newer_than {match.newer_than}"
    if match.larger_than and match.smaller_than and gib(match.smaller_than) - gib(match.larger_than) < 2:
        yield "match.larger_than", f"{match.larger_than} leaves nothing that is smaller_than {match.smaller_than}"
