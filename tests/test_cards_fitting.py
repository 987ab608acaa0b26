"""A card within the size that a service takes: what goes first, and that nothing is ever cut in the middle of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.decisions.cards.card import Card, fitted
from image_export.decisions.cards.making import card_of

from .test_cards import an_event, another

CARD = Card(
    title="37 exports failed, 3 causes",
    mood="bad",
    facts=(("Account", "1234567890123456"), ("Region", "cn-hangzhou")),
    entries=("Forbidden.RAM (21): golden-db", "ImageNotSupported (14): golden-web", "Throttling (2): golden-api"),
    advice="Look at what happened, remove the cause, then retry.",
    commands=("image-export list --status Failed",),
)
WHOLE = 301


def in_json(card: Card) -> bytes:
    return json.dumps(card, ensure_ascii=False).encode()


def read(rendered: bytes) -> Card:
    title, mood, facts, entries, advice, commands, left_out = json.loads(rendered)
    pairs = tuple((label, value) for label, value in facts)
    return Card(title, mood, pairs, tuple(entries), advice, tuple(commands), left_out)


def test_a_card_that_fits_is_left_as_it_is() -> None:
    assert len(in_json(CARD)) == WHOLE
    assert read(fitted(CARD, in_json, WHOLE)) == CARD


def test_entries_go_as_a_whole_from_the_end_and_are_counted() -> None:
    one_less = CARD._replace(entries=CARD.entries[:2], left_out=1)
    assert read(fitted(CARD, in_json, WHOLE - 1)) == one_less
    before = CARD._replace(left_out=5)
    assert read(fitted(before, in_json, WHOLE - 1)) == one_less._replace(left_out=6)


def test_the_first_entry_stays_and_the_longest_texts_are_shortened_by_characters() -> None:
    assert read(fitted(CARD, in_json, 208)) == Card(
        title="37 exports failed, 3 cau…",
        mood="bad",
        facts=CARD.facts,
        entries=("Forbidden.RAM (21): gold…",),
        advice="Look at what happened, r…",
        commands=CARD.commands,
        left_out=2,
    )


def test_a_command_is_there_as_a_whole_or_not_at_all() -> None:
    seen = {read(fitted(CARD, in_json, limit)).commands for limit in range(80, WHOLE + 1)}
    assert seen == {CARD.commands, ()}


def test_where_little_is_left_commands_go_then_texts_to_a_few_characters_and_facts_at_last() -> None:
    assert read(fitted(CARD, in_json, 126)) == Card(
        "37 exports…",
        "bad",
        (("Account", "1234567890…"), ("Region", "cn-hangzhou")),
        ("Forbidden.…",),
        "Look at wh…",
        (),
        2,
    )
    assert read(fitted(CARD, in_json, 60)).facts == (("Account", "…"),)


@pytest.mark.parametrize("limit", [2048, 4096, 20_000])
def test_a_burst_with_chinese_names_and_long_messages_fits_in_bytes(limit: int) -> None:
    events = [
        an_event("Failed", number, ImageName=128 * "镜", Error={"Code": f"C{number}", "Message": 1000 * "错"})
        for number in range(100)
    ]
    rendered = fitted(card_of(events, "zh"), in_json, limit)
    card = read(rendered)
    assert limit - 1000 < len(rendered) <= limit
    assert len(card.entries) + card.left_out == 100
    assert card.entries[0] == f"C0（1）：{39 * '镜'}…：{199 * '错'}…"  # noqa: RUF001 Chinese


def test_one_failure_with_a_message_of_a_thousand_characters_keeps_all_its_facts_and_commands() -> None:
    event = an_event("Failed", ImageName=128 * "镜", Error={"Code": "A", "Message": 1000 * "错"})
    whole, short = card_of([event], "zh"), read(fitted(card_of([event], "zh"), in_json, 2048))
    assert [label for label, _ in short.facts] == [label for label, _ in whole.facts]
    assert dict(short.facts)["原因"].endswith("错…")
    assert (short.commands, short.advice, short.left_out) == (whole.commands, whole.advice, 0)


def test_the_warnings_of_a_night_go_from_the_end() -> None:
    night = another("Night:Finished", {"RunId": "n", "Warnings": [f"rule {n} matches no image" for n in range(500)]})
    card = read(fitted(card_of([night], "zh"), in_json, 4096))
    assert (card.entries[0], card.entries[-1]) == (
        "rule 0 matches no image",
        f"rule {len(card.entries) - 1} matches no image",
    )
    assert len(card.entries) + card.left_out == 500


TEXT = st.text(max_size=1500) | st.integers().map(lambda count: 1500 * chr(0x4E00 + count % 5000))
ERROR = st.none() | st.fixed_dictionaries({}, optional=dict.fromkeys(("Code", "Message", "Recommend"), TEXT))
FIELDS = ("ImageName", "ImageId", "AccountId", "RegionId", "Rule", "OSSBucket", "TaskId", "Progress", "Manifest")
DATA = st.fixed_dictionaries(
    {},
    optional={
        **{name: TEXT | st.none() for name in (*FIELDS, "ExportId", "Reason", "RunId", "Minutes", "Since", "Record")},
        "Error": ERROR,
        "Warnings": st.lists(TEXT, max_size=5),
        "Counts": st.dictionaries(st.sampled_from(["Images", "Recorded", "Unwanted"]), st.integers()),
    },
)
TYPES = ("Export:Failed", "Export:Stalled", "Export:Rejected", "Night:Finished", "Watcher:Overdue", "Policy:Invalid")
EVENTS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(TYPES).map("imageexport:{}".format) | TEXT}, optional={"data": DATA}
    ),
    max_size=12,
)


@given(EVENTS, st.sampled_from(["en", "zh"]), st.integers(1000, 6000))
def test_any_events_fit_and_every_entry_is_shown_or_counted(
    events: list[dict[str, Any]], lang: Any, limit: int
) -> None:
    whole = card_of(events, lang)
    rendered = fitted(whole, in_json, limit)
    card = read(rendered)
    assert len(rendered) <= limit
    assert len(card.entries) + card.left_out == len(whole.entries)
    assert set(card.commands) <= set(whole.commands)
    assert not any(set(text) & set("\n\r\x00\x1b") for text in (card.title, card.advice, *card.entries))
