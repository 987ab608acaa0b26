"""What a valid policy says and hardly means: rules that decide nothing, formats that do not come back. Pure."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ...values.match import Match, gib, span
from ...values.policy import Policy, PolicyFile, Rule, When
from .contradictions import Words
from .eligibility import offered, return_warning
from .idle import idle

LARGER, SMALLER = ("larger_than", gib), ("smaller_than", gib)
OLDER, NEWER = ("older_than", span), ("newer_than", span)
WILD = "*?["


def doubts(file: PolicyFile | Policy) -> Iterator[Words]:
    """All of them, each with its path."""
    yield from (("policy.rules" if file.rules else "policy", words) for words in idle(file))
    regions = {region for account in file.accounts for region in account.destinations}
    for number, rule in enumerate(file.rules):
        path = f"policy.rules[{number}]"
        yield from ((f"{path}.format", words) for words in _format(rule, regions))
        if rule.cancelled and "nightly" not in rule.when:
            yield f"{path}.cancelled", "only a night exports again, and nightly is not in when"
        for when in rule.when:
            first = next(
                (one for one in file.rules[:number] if when in one.when and covers(one.match, rule.match)), None
            )
            if first:
                yield (
                    path,
                    f"matches nothing for {when}: rule {first.name} stands before it and wants all of its images",
                )

    if file.drills:
        from .drilling import doubtful_drills

        yield from doubtful_drills(file)


def _format(rule: Rule, regions: set[str]) -> Iterator[str]:
    out = sorted(region for region in regions if offered(rule.format, region) != rule.format)
    if out:
        yield f"{rule.format} is not offered in {', '.join(out)}; exports there are raw"
    if len(out) < len(regions) and (warning := return_warning(rule.format)):
        yield warning


def hard_to_restore(policy: Policy, when: When) -> Iterator[tuple[Rule, str]]:
    """The rules for that occasion whose exports do not come back, or not in every way, and why."""
    for rule in policy.rules:
        made = {offered(rule.format, region) for account in policy.accounts for region in account.destinations}
        if when in rule.when and rule.format in made and (warning := return_warning(rule.format)):
            yield rule, warning


def covers(wide: Match, narrow: Match) -> bool:
    """Whether every image that the narrow one matches is matched by the wide one; False where that is not certain."""
    rest = set(Match.__struct_fields__)
    for (field, size), more in ((LARGER, 1), (OLDER, 1), (SMALLER, -1), (NEWER, -1)):
        rest.discard(field)
        asked, given = getattr(wide, field), getattr(narrow, field)
        if asked and not (given and size(given) * more >= size(asked) * more):  # type: ignore[operator]
            return False
    rest -= {"name", "tags"}
    nothing = Match()
    same = all(getattr(wide, one) in (getattr(nothing, one), getattr(narrow, one)) for one in rest)
    return same and wide.tags.items() <= narrow.tags.items() and _names_cover(wide.name, narrow.name)


def _names_cover(wide: str | None, narrow: str | None) -> bool:
    if wide in (None, "*", narrow):
        return True
    if narrow is None or wide is None:
        return False
    if not set(narrow) & set(WILD):
        return fnmatchcase(narrow, wide)
    start = wide.removesuffix("*")
    return wide != start and not set(start) & set(WILD) and narrow.startswith(start)
