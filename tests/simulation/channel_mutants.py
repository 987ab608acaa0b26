"""The rules of channels, each taken away again by a small patch over the real code."""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from collections.abc import Callable
from typing import Any

import pytest

from image_export.decisions.results import notifications
from image_export.use_cases.context import Context
from image_export.use_cases.delivery import outbox
from image_export.use_cases.delivery.outbox import Came
from image_export.use_cases.watch import deliver
from image_export.use_cases.watch.deliver import _Round
from image_export.values.notice import ValidPolicy
from image_export.values.notify_target import Chat, is_named


def first_of_a_digest_recorded(patch: pytest.MonkeyPatch) -> None:
    """What came of a message is recorded for its first event alone."""
    _of_others(patch, lambda _came: None)


def refused_digest_is_over(patch: pytest.MonkeyPatch) -> None:
    """Of a message that is refused, the first event comes again, and the others do not."""
    _of_others(patch, lambda _came: Came(accepted=True))


def _of_others(patch: pytest.MonkeyPatch, becomes: Callable[[Came], Came | None]) -> None:
    sends, records = _Round._send, _Round._record

    def send(self: Any, target: str, batch: Any) -> None:
        self.first = None
        sends(self, target, batch)

    def record(self: Any, pending: Any, came: Came, entry: Any) -> None:
        self.first = self.first or pending
        other = came if pending is self.first else becomes(came)
        if other:
            records(self, pending, other, entry)

    patch.setattr(_Round, "_send", send)
    patch.setattr(_Round, "_record", record)


def digest_is_cut(patch: pytest.MonkeyPatch) -> None:
    """A message holds one event, whatever is recorded."""
    sends = outbox.send
    patch.setattr(outbox, "send", lambda context, target, events: sends(context, target, events[:1]))


def busy_is_accepted(patch: pytest.MonkeyPatch) -> None:
    """A channel that takes nothing now has taken it."""
    _came(patch, lambda came: Came(accepted=True) if came.busy else came)


def busy_is_asked_again(patch: pytest.MonkeyPatch) -> None:
    """A webhook that takes nothing now is sent what is next."""
    sends = _Round._send

    def send(self: Any, target: str, batch: Any) -> None:
        sends(self, target, batch)
        if not isinstance(batch[0].pending.target, Chat):
            self._over.discard(target)

    patch.setattr(_Round, "_send", send)


def for_good_is_for_now(patch: pytest.MonkeyPatch) -> None:
    """What is refused for good is tried again."""
    _came(patch, lambda came: came._replace(for_good=False))


def _came(patch: pytest.MonkeyPatch, becomes: Callable[[Came], Came]) -> None:
    sends = outbox.send
    patch.setattr(outbox, "send", lambda context, target, events: becomes(sends(context, target, events)))


def for_good_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    """What is refused for good is given up, and nobody keeps it."""
    _given_up(patch, lambda came: came.for_good)


def _given_up(patch: pytest.MonkeyPatch, when: Callable[[Came], bool]) -> None:
    """Without a word, and nothing is kept."""
    records = outbox.record

    def record(context: Any, outgoing: Any, pending: Any, came: Came) -> Any:
        if when(came):
            return outgoing.accepted(context.ledger, pending, given_up=True)
        return records(context, outgoing, pending, came)

    patch.setattr(deliver, "record", record)


def withdrawn_is_delivered_to(patch: pytest.MonkeyPatch) -> None:
    """Who was named once is named for ever."""
    patch.setattr(outbox, "is_named", lambda *_: True)


def last_policy_is_any(patch: pytest.MonkeyPatch) -> None:
    """Where no policy can be read, whoever was named once is named."""
    patch.setattr(
        outbox, "is_named", lambda audience, target: isinstance(audience, ValidPolicy) or is_named(audience, target)
    )


def named_is_withdrawn(patch: pytest.MonkeyPatch) -> None:
    """Where no policy can be read, nobody is named."""
    sends = outbox.send

    def send(context: Any, target: Any, events: Any) -> Came:
        return sends(context, target, events) if context.policy else Came(withdrawn=True)

    patch.setattr(outbox, "send", send)


def withdrawn_in_silence(patch: pytest.MonkeyPatch) -> None:
    """What a target is not sent any more is not logged."""
    _given_up(patch, lambda came: came.withdrawn)


def filter_is_ignored(patch: pytest.MonkeyPatch) -> None:
    """Everybody is sent everything."""
    patch.setattr(notifications, "wants", lambda *_: True)


def chat_is_a_webhook(patch: pytest.MonkeyPatch) -> None:
    """A chat is sent each event by itself."""
    patch.setattr(deliver, "Chat", type("NoTarget", (), {}))


def hint_goes_without_a_successor(patch: pytest.MonkeyPatch) -> None:
    """The hint of a delivery goes, whether the next one stands or not."""
    keeps = Context.keep

    def keep(self: Context, key: str, fact: object = None) -> bool:
        return keeps(self, key, fact) or "/deliver." in key

    patch.setattr(Context, "keep", keep)
