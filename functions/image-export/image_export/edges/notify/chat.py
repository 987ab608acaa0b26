"""What all chats have in common: events become one card, and a card becomes a message that the service takes.

A file for each service beside this one says how its message looks, how it is signed, and what its answers mean.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ...decisions.cards.card import Card, fitted
from ...decisions.cards.making import card_of
from ...values.notify_target import Channel, ChannelAddress
from ..outward.client import Answer, Outward
from ..outward.variables import variable
from .answers import Says, judge
from .origin import Origin, Sender


class Signed(NamedTuple):
    """Where the message goes, and what it has beside the card, once it is signed."""

    url: str
    fields: Mapping[str, Any] = {}


class Service(NamedTuple):
    """One service. `render`: the message of a card; `limit`: its bytes at most. `sign`: an address, its secret or "",
    and the seconds since 1970. `too_fast`, `for_good`: codes of its answers."""

    render: Callable[[Card], dict[str, Any]]
    limit: int
    said: Callable[[Answer], Says]
    sign: Callable[[str, str, float], Signed] = lambda url, _secret, _now: Signed(url)
    too_fast: Collection[object] = ()
    for_good: Collection[object] = ()

    def sender(self, origin: Origin) -> Sender:
        """Posts one message of all events."""

        def send(_: Channel, events: Sequence[Mapping[str, Any]], address: ChannelAddress) -> None:
            url = variable(origin.environ, address.url)
            secret = "".join(variable(origin.environ, one) for one in address.secrets[:1])
            signed = self.sign(url, secret, time.time())

            def message(card: Card) -> bytes:
                return msgspec.json.encode({**signed.fields, **self.render(card)})

            body = fitted(card_of(events, address.lang), message, self.limit)
            outward = Outward(origin.addresses.endpoint, origin.remaining_s)
            answer = outward.send(signed.url, body, headers={"content-type": "application/json"})
            judge(answer, self.said, too_fast=self.too_fast, for_good=self.for_good)

        return send


def lines(card: Card, plain: Callable[[str], str] = str) -> list[str]:
    """What stands below the title, line by line. `plain`: keeps a service from reading a text as markup."""
    rows = [f"{label}: {plain(value)}" for label, value in card.facts]
    rows += [f"- {plain(entry)}" for entry in card.entries]
    rows += [f"… +{card.left_out}"] if card.left_out else []
    rows += [f"→ {plain(card.advice)}"] if card.advice else []
    return rows + [f"$ {plain(command)}" for command in card.commands]
