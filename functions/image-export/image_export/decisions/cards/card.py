"""A card in plain text, and how it is made to fit: each sender marks it up for its own service. Pure."""

from collections.abc import Callable
from typing import Literal, NamedTuple

Mood = Literal["bad", "warning", "good", "plain"]
READABLE = 20  # characters of a value; where even these are too many, commands go first


class Card(NamedTuple):
    """What a chat shows. No text holds a line break or a control character; any other character may stand in it.

    `facts`: label and value. `entries`: a line each, the most important first; `left_out`: how many more there are.
    """

    title: str
    mood: Mood
    facts: tuple[tuple[str, str], ...]
    entries: tuple[str, ...]
    advice: str
    commands: tuple[str, ...]  # as they are typed
    left_out: int = 0

    def with_entries(self, count: int) -> "Card":
        """The first entries alone; the others are counted."""
        return self._replace(entries=self.entries[:count], left_out=self.left_out + len(self.entries) - count)

    def with_facts(self, count: int) -> "Card":
        """The first facts alone."""
        return self._replace(facts=self.facts[:count])

    def with_commands(self, count: int) -> "Card":
        """The first commands alone."""
        return self._replace(commands=self.commands[:count])

    def with_chars(self, chars: int) -> "Card":
        """No text longer than that. A command is whole or not there."""
        return self._replace(
            title=shortened(self.title, chars),
            facts=tuple((label, shortened(value, chars)) for label, value in self.facts),
            entries=tuple(shortened(entry, chars) for entry in self.entries),
            advice=shortened(self.advice, chars),
        )


def shortened(text: str, chars: int) -> str:
    """The text, or its beginning with `…`."""
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def fitted(card: Card, render: Callable[[Card], bytes], limit: int) -> bytes:
    """The card as `render` makes it, of `limit` bytes at most; larger only where a bare title is larger.

    Entries go from the end, but for the first one. Then the longest texts are shortened, then commands and facts go.
    """

    def within(reduced: Callable[[Card, int], Card], least: int, most: int) -> Card:
        return reduced(card, _most(least, most, lambda number: len(render(reduced(card, number))) <= limit))

    longest = max(map(len, (card.title, card.advice, *card.entries, *(value for _, value in card.facts))))
    card = within(Card.with_entries, min(1, len(card.entries)), len(card.entries))
    card = within(Card.with_chars, READABLE, max(READABLE, longest))
    card = within(Card.with_commands, 0, len(card.commands))
    card = within(Card.with_chars, 1, max(1, longest))
    card = within(Card.with_facts, 0, len(card.facts))
    return render(card)


def _most(least: int, most: int, fits: Callable[[int], bool]) -> int:
    """The largest of these numbers that fits, else the least. What fits with one more fits with one less."""
    if fits(most):
        return most
    most -= 1
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(middle) else (least, middle - 1)
    return least
