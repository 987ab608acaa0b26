"""Does a rule want an image? The match language of docs/policy.md, with the reason either way. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from msgspec.structs import replace

from ...values.image import Image
from ...values.match import Match, gib, span
from ...values.policy import Policy, Rule, When

AGES = ("older_than", "newer_than")
DELIVERED = 3  # so many rules say why they do not want an image; a reason is a line, not a page


def find_rule(policy: Policy, image: Image, *, when: When, now: datetime) -> tuple[Rule | None, str]:
    """The first rule for the occasion that matches, if there is one; and why it does, or why none does."""
    misses = []
    for rule in policy.rules:
        if when not in rule.when:
            continue
        miss = mismatch(rule.match, image, now)
        if miss is None:
            return rule, f"rule {rule.name} wants {wanted(rule.match)}"
        misses.append(f"{rule.name} wants {miss}")
    if not misses:
        return None, f"no rule is for {when}"
    more = [f"and {len(misses) - DELIVERED} more"] if len(misses) > DELIVERED else []
    return None, f"no rule for {when} matches image {image.name!r}: {'; '.join(misses[:DELIVERED] + more)}"


def still_open(policy: Policy, image: Image, *, when: When, now: datetime) -> tuple[bool, str | None]:
    """Of an image that no rule wants: may one want it yet, since name, tags and family can be set later?

    And the rule for which only tags or the family are missing, in words. All else stays as it is, or is too young.
    """
    rules = [rule for rule in policy.rules if when in rule.when]
    may = [rule for rule in rules if mismatch(_without_what_may_come(rule.match), image, now) is None]
    near = [rule for rule in may if rule.match.name is None or is_like(image.name, rule.match.name)]
    return bool(may), f"{near[0].name} wants {mismatch(near[0].match, image, now)}" if near else None


def _without_what_may_come(match: Match) -> Match:
    return replace(match, name=None, tags={}, family=None)


def wanted(match: Match) -> str:
    """Everything that the match asks for, in words."""
    words = [f"tag {key}={value}" for key, value in match.tags.items()]
    for field in (name for name in Match.__struct_fields__ if name != "tags"):
        value = getattr(match, field)
        if value is not None:
            words.append(f"{_spoken(field)} {value}")
    return ", ".join(words) or "every image"


def mismatch(match: Match, image: Image, now: datetime) -> str | None:
    """The first thing that is asked for and that the image does not have, in words; None where it matches."""
    return next(_misses(match, image, now), None)


def is_like(name: str, glob: str) -> bool:
    """Whether an image's name fits a glob; capitals matter."""
    return fnmatchcase(name, glob)


def _misses(match: Match, image: Image, now: datetime) -> Iterator[str]:
    if match.name is not None and not is_like(image.name, match.name):
        yield f"name {match.name}"
    for key, value in match.tags.items():
        if image.tags.get(key) != value:
            yield f"tag {key}={value}, {_has(image.tags.get(key))}"
    if match.family not in (None, image.family):
        yield f"family {match.family}, {_has(image.family)}"
    for field in ("os_type", "platform", "architecture"):
        asked, has = getattr(match, field), getattr(image, field)
        if asked is not None and asked.casefold() != has.casefold():
            yield f"{_spoken(field)} {asked}, {_has(has)}"
    yield from _wrong_size(match, image.disks_gib)
    yield from _wrong_age(match, max(now - image.created_at, timedelta(0)) if image.created_at else None)


def _wrong_size(match: Match, size_gib: int) -> Iterator[str]:
    if match.larger_than and size_gib <= gib(match.larger_than):
        yield f"larger than {match.larger_than}, it has {size_gib}GiB"
    if match.smaller_than and size_gib >= gib(match.smaller_than):
        yield f"smaller than {match.smaller_than}, it has {size_gib}GiB"


def _wrong_age(match: Match, age: timedelta | None) -> Iterator[str]:
    if age is None:
        asked = [f"{_spoken(name)} {getattr(match, name)}" for name in AGES if getattr(match, name)]
        yield from (f"{one}, its time of creation is not known" for one in asked)
        return
    if match.older_than and age <= span(match.older_than):
        yield f"older than {match.older_than}, it is {_spoken_age(age)} old"
    if match.newer_than and age >= span(match.newer_than):
        yield f"newer than {match.newer_than}, it is {_spoken_age(age)} old"


def _spoken(field: str) -> str:
    return {"os_type": "OS type"}.get(field, field.replace("_", " "))


def _spoken_age(age: timedelta) -> str:
    """In the largest unit of which there is at least one: 40m, 3h, 91d."""
    for unit, one in (("d", timedelta(days=1)), ("h", timedelta(hours=1))):
        if age >= one:
            return f"{age // one}{unit}"
    return f"{age // timedelta(minutes=1)}m"


def _has(value: str | None) -> str:
    return f"it has {value!r}" if value else "it has none"
