"""What every Store promises the ledger (ports.Store; docs/protocol.md#rule-1, #rule-2)."""

from datetime import timedelta

import pytest

from tests.contract.worlds import StoreWorld

KEYS = ["open/a", "open/b", "open/b/c", "open/ü ~+%", "other/a"]


def keys(ledger: StoreWorld, prefix: str, **page: object) -> list[str]:
    return [entry.key for entry in ledger.store.list(prefix, **page).entries]  # type: ignore[arg-type]


def test_of_two_creates_the_second_is_told_and_changes_nothing(ledger: StoreWorld) -> None:
    assert ledger.store.create("exports/e/requested", b"first")
    assert not ledger.store.create("exports/e/requested", b"second")
    stored = ledger.store.get("exports/e/requested")
    assert stored is not None
    assert stored.body == b"first"


def test_an_own_create_met_again_is_told_as_not_created(ledger: StoreWorld) -> None:
    assert ledger.store.create("exports/e/claim-0001", b"mine")
    assert not ledger.store.create("exports/e/claim-0001", b"mine")


def test_what_is_not_there_is_none(ledger: StoreWorld) -> None:
    assert ledger.store.get("exports/e/ended") is None


def test_put_creates_and_overwrites(ledger: StoreWorld) -> None:
    ledger.store.put("holds/a", b"one")
    ledger.store.put("holds/a", b"")
    stored = ledger.store.get("holds/a")
    assert stored is not None
    assert stored.body == b""


def test_delete_removes_and_does_not_mind_that_nothing_is_there(ledger: StoreWorld) -> None:
    ledger.store.put("due/1", b"")
    ledger.store.delete("due/1")
    ledger.store.delete("due/1")
    assert ledger.store.get("due/1") is None
    assert keys(ledger, "due/") == []


def test_a_deleted_key_can_be_created_again(ledger: StoreWorld) -> None:
    ledger.store.create("open/e", b"one")
    ledger.store.delete("open/e")
    assert ledger.store.create("open/e", b"two")


def test_a_listing_has_whole_keys_below_the_prefix_in_their_order(ledger: StoreWorld) -> None:
    for key in reversed(KEYS):
        ledger.store.create(key, b"")
    assert keys(ledger, "open/") == KEYS[:4]
    assert keys(ledger, "open/b") == ["open/b", "open/b/c"]


def test_a_listing_goes_on_behind_a_key_that_need_not_exist(ledger: StoreWorld) -> None:
    for key in KEYS:
        ledger.store.create(key, b"")
    assert keys(ledger, "open/", after="open/b") == ["open/b/c", "open/ü ~+%"]
    assert keys(ledger, "open/", after="open/aa") == ["open/b", "open/b/c", "open/ü ~+%"]
    assert keys(ledger, "open/", after="open/b/~") == ["open/ü ~+%"]


def test_a_page_has_as_many_keys_as_asked_for(ledger: StoreWorld) -> None:
    for key in KEYS:
        ledger.store.create(key, b"")
    assert keys(ledger, "open/", limit=1) == ["open/a"]
    assert keys(ledger, "open/", limit=2, after="open/a") == ["open/b", "open/b/c"]


def test_a_page_says_whether_there_is_more_behind_it(ledger: StoreWorld) -> None:
    for key in KEYS:
        ledger.store.create(key, b"")
    assert [ledger.store.list("open/", limit=limit).more for limit in (1, 3, 4, 5)] == [True, True, False, False]
    assert not ledger.store.list("open/", after=KEYS[3]).more


def test_times_are_those_of_the_bucket_and_agree_with_each_other(ledger: StoreWorld) -> None:
    ledger.store.create("open/e", b"")
    created = ledger.store.now
    stored, (entry,) = ledger.store.get("open/e"), ledger.store.list("open/e").entries
    assert stored is not None
    assert stored.modified_at == entry.modified_at
    assert abs(created - entry.modified_at) <= timedelta(seconds=1)
    assert created.tzinfo is not None


def test_there_is_no_time_before_the_first_answer_and_one_after_every_answer(ledger: StoreWorld) -> None:
    with pytest.raises((AssertionError, RuntimeError)):
        _ = ledger.store.now
    assert ledger.store.get("nothing") is None
    assert ledger.store.now is not None


def test_a_bucket_that_was_never_versioned_is_not(ledger: StoreWorld) -> None:
    assert not ledger.store.versioned()


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_bucket_that_was_ever_versioned_is(ledger: StoreWorld, status: str) -> None:
    ledger.set_versioning("Enabled")
    ledger.set_versioning(status)
    assert ledger.store.versioned()


def test_a_versioned_bucket_does_not_tell_who_was_first(ledger: StoreWorld) -> None:
    """Why the ledger refuses such a bucket: the header is ignored there."""
    ledger.set_versioning("Enabled")
    assert ledger.store.create("open/e", b"one")
    assert ledger.store.create("open/e", b"two")
