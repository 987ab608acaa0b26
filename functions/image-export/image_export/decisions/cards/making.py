"""From CloudEvents to a card: of one all that it says, of several a line for each cause. Pure: nothing is added."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Any

from ...values.notify_target import Lang
from . import words
from .card import Card, shortened
from .event import Seen, commands, plain, seen
from .words import FACTS, NEEDS_A_PERSON, RANK, Said

SHOWN = 3  # names of a line, or pieces of advice
NAME_CHARS, MESSAGE_CHARS = 40, 200  # of a line, so that several lines fit where messages are long
COMMANDS = 4
Group = list[Seen]  # of one kind and cause, never empty


def card_of(events: Sequence[Mapping[str, Any]], lang: Lang) -> Card:
    """Of one event its card, of several one digest. Events are as `decisions/results/notifications.py` makes them."""
    read = [seen(event) for event in events]
    return _of_one(read[0], lang) if len(read) == 1 else _digest(read, lang)


def _of_one(one: Seen, lang: Lang) -> Card:
    return Card(
        title=_joined(words.COLON, lang, _headed(one, words.EXPORT, lang), one.name.to(lang)),
        mood=one.kind.mood,
        facts=tuple((label.to(lang), value) for label, value in one.facts()),
        entries=one.warnings,
        advice=one.recommend or one.kind.advice.to(lang),
        commands=tuple(commands(one.kind.commands, [one])),
    )


def _digest(events: Sequence[Seen], lang: Lang) -> Card:
    """Advice and commands are about what needs a person, where anything does."""
    groups = _groups(events)
    urgent = [group for group in groups if group[0].kind.mood in NEEDS_A_PERSON] or groups
    mixed = len({group[0].type for group in groups}) > 1
    return Card(
        title=_title(groups, lang),
        mood=groups[0][0].kind.mood if groups else "plain",
        facts=tuple((label.to(lang), value) for label, value in _facts(events, lang) if value),
        entries=tuple(_line(group, lang, mixed=mixed) for group in groups),
        advice=_advice(urgent, lang),
        commands=tuple(islice(dict.fromkeys(_commands(urgent)), COMMANDS)),
    )


def _groups(events: Sequence[Seen]) -> list[Group]:
    """By kind, the most important first, and of a kind the cause of most events first."""
    found: dict[tuple[int, str, str], Group] = defaultdict(list)
    for one in events:
        found[RANK.get(one.type, len(RANK)), one.type, one.code].append(one)
    return [found[key] for key in sorted(found, key=lambda key: (*key[:2], -len(found[key]), key[2]))]


def _by_kind(groups: Sequence[Group]) -> Iterator[Group]:
    return (list(chain.from_iterable(its)) for _, its in groupby(groups, key=lambda group: group[0].type))


def _title(groups: Sequence[Group], lang: Lang) -> str:
    """`37 exports failed, 3 causes`, or `52 events: 37 Failed, 15 Completed`."""
    kinds = [(its[0], len(its)) for its in _by_kind(groups)]
    if len(kinds) == 1:
        causes = sum(bool(group[0].code) for group in groups)
        said = (words.ONE_CAUSE if causes == 1 else words.CAUSES).to(lang).format(count=causes) if causes else ""
        return _joined(words.COMMA, lang, _headed(kinds[0][0], words.EXPORTS, lang, kinds[0][1]), said)
    counts = (words.OF_KIND.to(lang).format(count=count, word=one.kind.word.to(lang)) for one, count in kinds)
    events = words.EVENTS.to(lang).format(count=sum(count for _, count in kinds))
    return _joined(words.COLON, lang, events, _joined(words.COMMA, lang, *counts))


def _headed(one: Seen, of_exports: Said, lang: Lang, count: int = 0) -> str:
    """`Export failed`, `37 exports failed`; of what is no export `Policy invalid`, `2 events: Policy invalid`."""
    word = one.kind.word.to(lang)
    if one.type.startswith("Export:") and one.type in RANK:
        return of_exports.to(lang).format(count=count, word=word.lower())
    return _joined(words.COLON, lang, words.EVENTS.to(lang).format(count=count) if count else "", word)


def _facts(events: Sequence[Seen], lang: Lang) -> Iterator[tuple[Said, str]]:
    for field in ("AccountId", "RegionId"):
        yield FACTS[field], _listed(sorted({plain(one.fields.get(field)) for one in events} - {""}), lang)
    yield words.SINCE, min(filter(None, (plain(one.fields.get("Time")) for one in events)), default="")


def _line(group: Group, lang: Lang, *, mixed: bool) -> str:
    """`Forbidden.RAM (21): golden-db, golden-web and 19 more: …`"""
    word, code = group[0].kind.word.to(lang), group[0].code
    what = _joined(words.COMMA, lang, word, code) if mixed else code or word
    names = [name for one in group if (name := one.name.to(lang))]
    head = words.COUNTED.to(lang).format(what=what, count=len(group))
    return _joined(words.COLON, lang, head, _listed(names, lang), _message(group, lang))


def _message(group: Group, lang: Lang) -> str:
    """The cloud's words, and whether they are those of all events."""
    first = next(filter(None, (one.message for one in group)), "")
    message = shortened(first, MESSAGE_CHARS)
    same = all(one.message == first for one in group)
    return message if same else words.FOR_EXAMPLE.to(lang).format(message=message)


def _listed(names: Sequence[str], lang: Lang) -> str:
    """`golden-db, golden-web and 19 more`"""
    shown = names if len(names) <= SHOWN else names[: SHOWN - 1]
    joined = _joined(words.BETWEEN, lang, *(shortened(name, NAME_CHARS) for name in shown))
    more = len(names) - len(shown)
    return words.AND_MORE.to(lang).format(names=joined, more=more, count=len(names)) if more else joined


def _advice(groups: Sequence[Group], lang: Lang) -> str:
    """What is recommended for each cause; else what is done about the first kind."""
    firsts = ((group[0].code, next(filter(None, (one.recommend for one in group)), "")) for group in groups)
    found = [(code, recommend) for code, recommend in firsts if recommend]
    if len(found) == len(groups) and len({recommend for _, recommend in found}) == 1:
        return found[0][1]
    named = (": ".join(filter(None, one)) for one in found[:SHOWN])
    return " ".join(named) or "".join(group[0].kind.advice.to(lang) for group in groups[:1])


def _commands(groups: Sequence[Group]) -> Iterator[str]:
    return chain.from_iterable(commands(its[0].kind.listing, its) for its in _by_kind(groups))


def _joined(by: Said, lang: Lang, *texts: str) -> str:
    return by.to(lang).join(filter(None, texts))
