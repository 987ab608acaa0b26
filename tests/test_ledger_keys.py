"""The keys of the ledger: each is written and read by its kind, and no other module knows how one is put together."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_export.use_cases.ledger import ledger as module
from image_export.values import ledger_keys as keys
from image_export.values.ledger_keys import Key
from image_export.values.place import Place

from .drawing import drawing, kinds, kinds_of
from .golden import V0_1_0, read_json
from .stored import STORED

NAMES_ALONE = {
    *(keys.OfImage, keys.Known, keys.Cancelled, keys.Failed),
    *(keys.Running, keys.Waiting, keys.Stalling, keys.Due, keys.Delivery, keys.RejectionDelivery),
    *(keys.OldDelivery, keys.OldSweptMarkers, keys.SweptMarkers, keys.SweptImages, keys.Indexed, keys.Probe),
    *(keys.WatcherSucceeded, keys.WatcherAwaited, keys.HeartbeatCalled, keys.HeartbeatFailed),
    *(keys.RestoreOpen, keys.DrillOpen),
}
ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "functions" / "image-export" / "image_export"
OWN = PACKAGE / "values" / "ledger_keys"
SOURCES = [
    file
    for folder in (PACKAGE.parent, ROOT / "cli")
    for file in sorted(folder.rglob("*.py"))
    if OWN not in file.parents and "build" not in file.parts
]

# What each part may be. Parts that are not named here are words.
PARTS = {
    "place": st.builds(Place, st.from_regex("[0-9]{5,20}", fullmatch=True), st.sampled_from(["cn-hangzhou", "ap-1"])),
    "export_id": st.from_regex("exp-[a-z2-7]{16}-[0-9]{4,9}", fullmatch=True),
    "natural_key": st.from_regex("[a-z2-7]{16}", fullmatch=True),
    "generation": st.from_regex("[0-9]{4,9}", fullmatch=True),
    "region_id": st.sampled_from(["cn-hangzhou", "ap-southeast-1"]),
    "image_id": st.from_regex("m-[A-Za-z0-9]{1,30}", fullmatch=True),
    "account_id": st.from_regex("[0-9]{5,20}", fullmatch=True),
    "bucket": st.from_regex("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", fullmatch=True),
    "backwards": st.from_regex("[0-9]{14}", fullmatch=True),
    "stamp": st.from_regex("2[0-9]{7}T[0-9]{6}Z", fullmatch=True),
    "look_at": st.from_regex("2[0-9]{7}T[0-9]{6}Z|-", fullmatch=True),
    "order": st.from_regex("[0-9]{2,4}", fullmatch=True),
    "targets": st.lists(st.from_regex("[0-9a-f]{12}", fullmatch=True), min_size=1, max_size=5).map(tuple),
    "event": st.from_regex("[a-z]{1,16}-[0-9a-f]{12}", fullmatch=True),
    "event_id": st.from_regex(
        r"(exp-[a-z2-7]{16}-[0-9]{4}|night-2[0-9]{3}-[0-9]{2}-[0-9]{2}-[a-z2-7]{32}"
        r"|notice-(policy|watcher)-2[0-9]{7}T[0-9]{6}Z)\.[A-Z][a-z]{1,15}"
        r"|rejected-[0-9a-f]{64}",
        fullmatch=True,
    ),
    "notice": st.from_regex("notice-(policy|watcher)-2[0-9]{7}T[0-9]{6}Z", fullmatch=True),
    "date": st.from_regex("2[0-9]{3}-[0-9]{2}-[0-9]{2}", fullmatch=True),
    "run": st.from_regex("[a-z2-7]{32}", fullmatch=True),
    "first": st.integers(min_value=1, max_value=10**7),
    "last": st.integers(min_value=1, max_value=10**7),
    "digest": st.from_regex("[0-9a-f]{64}", fullmatch=True),
    "sighting": st.from_regex("[0-9a-f]{64}", fullmatch=True),
    "late": st.from_regex("late-[0-9a-f]{40}", fullmatch=True),
    "what": st.from_regex("exp-[a-z2-7]{16}-[0-9]{4,9}|sighted-(late-)?[0-9a-f]{40}", fullmatch=True),
    "attempt": st.integers(min_value=1, max_value=10**6),
    "number": st.integers(min_value=2, max_value=10**6),
}
WORD = st.from_regex("[A-Za-z0-9]{1,40}", fullmatch=True)


def keys_of(kind: type[Key]) -> st.SearchStrategy[Key]:
    fields = msgspec.structs.fields(kind)
    return st.builds(kind, **{field.name: PARTS.get(field.name, WORD) for field in fields})


ANY_KEY: st.SearchStrategy[Key] = st.one_of([keys_of(kind) for kind in kinds()])


@given(ANY_KEY)
def test_reading_undoes_writing(written: Key) -> None:
    assert type(written).read(written.key) == written


@given(ANY_KEY)
def test_a_key_is_of_one_kind(written: Key) -> None:
    assert kinds_of(written.key) == [type(written)]


@given(ANY_KEY)
def test_a_key_lies_in_its_kinds_folder(written: Key) -> None:
    assert written.key.startswith(type(written).below())


@given(st.text(alphabet="abcdeinopstuvx0123456789-./Z", max_size=60))
def test_a_strange_name_is_read_as_nothing_or_as_what_it_says(name: str) -> None:
    for kind in kinds_of(name):
        read = kind.read(name)
        assert read is not None
        assert kind.read(read.key) == read


# What stands in each key


@pytest.mark.parametrize(
    ("key", "read"),
    [
        (
            "running/12345/cn-hangzhou/t-1/exp-a-0001/20261124T080000Z",
            keys.Running(Place("12345", "cn-hangzhou"), "t-1", "exp-a-0001", "20261124T080000Z"),
        ),
        (
            "waiting/12345/cn-hangzhou/9990/20261124T080000Z/exp-a-0001",
            keys.Waiting(Place("12345", "cn-hangzhou"), "9990", "20261124T080000Z", "exp-a-0001"),
        ),
        ("exports/exp-a-0001/claim-0007", keys.Claim("exp-a-0001", 7)),
        ("exports/exp-a-0001/told-failed-ab", keys.Delivered("exp-a-0001", "failed-ab")),
        ("exports/exp-a-0001/told-manifest", keys.Manifest("exp-a-0001")),
        ("due/2026/deliver.00.ab.cd-exp-a-0001", keys.Delivery("2026", "00", ("ab", "cd"), "exp-a-0001")),
        ("due/2026/deliver.01.ab.cd.rejected-ef", keys.RejectionDelivery("2026", "01", ("ab", "cd"), "ef")),
        ("due/20261124T080000Z/exp-a-0001", keys.Due("20261124T080000Z", "exp-a-0001")),
        ("due/20261124T080000Z/sighted-ab", keys.Due("20261124T080000Z", "sighted-ab")),
        ("known/12345/cn-hangzhou/abc/0002/cancelled", keys.Cancelled(Place("12345", "cn-hangzhou"), "abc", "0002")),
        ("tokens/abc-2", keys.NextToken("abc", 2)),
        ("swept/12345/cn-hangzhou", keys.SweptImages(Place("12345", "cn-hangzhou"))),
        ("probe", keys.Probe()),
        ("nights/2026-11-24/abc.json.gz", keys.NightRecord("2026-11-24", "abc")),
        (
            "nights/2026-11-24/abc/12345/cn-hangzhou/000001-000012.open.gz",
            keys.NightOpen("2026-11-24", "abc", Place("12345", "cn-hangzhou"), 1, 12),
        ),
    ],
)  # fmt: skip
def test_a_key_says_what_its_parts_are(key: str, read: Key) -> None:
    assert (read.key, kinds_of(key), type(read).read(key)) == (key, [type(read)], read)


@pytest.mark.parametrize(
    "name",
    [
        "", "exports/", "exports/exp-a-0001", "exports/exp-a-0001/", "exports/exp-a-0001/claim-", "exports/a/b/c",
        "waiting/", "waiting/new folder", "waiting/1/cn/0001/20200101T000000Z/exp-a/more", "running/1/cn/t/exp-a-0001",
        "due/20261124T080000Z/nothing", "due/20261124T080000Z", "known/1/cn/abc", "history/1/cn/m-1/exp-a-0001",
        "a/strange/object", "probe/x", "tokens/abc/2",
    ],
)  # fmt: skip
def test_a_name_that_is_none_of_ours_is_of_no_kind(name: str) -> None:
    assert kinds_of(name) == []


def test_a_listing_begins_with_a_folder_and_the_first_parts() -> None:
    here = Place("12345", "cn-hangzhou")
    assert keys.Waiting.below() == "waiting/"
    assert keys.Waiting.below(here) == "waiting/12345/cn-hangzhou/"
    assert keys.Known.below(here, "abc") == "known/12345/cn-hangzhou/abc/"
    assert keys.Requested.below("exp-a-0001") == "exports/exp-a-0001/"
    assert keys.OfImage.below("m-1") == "images/m-1/"
    with pytest.raises(ValueError, match="no folder of 2 parts"):
        keys.Requested.below("exp-a-0001", "more")
    assert keys.generations("abc") == "exports/exp-abc-"


def test_the_next_slots_of_a_token_and_a_prefix_count_from_two() -> None:
    token, prefix = keys.Token("abc").slots(), keys.Prefix("1", "acme", "m-1", "web").slots()
    assert [next(token) for _ in range(3)] == ["tokens/abc", "tokens/abc-2", "tokens/abc-3"]
    assert [next(prefix) for _ in range(2)] == ["prefixes/1/acme/m-1/web", "prefixes/1/acme/m-1/web-2"]


def test_a_delivery_that_0_1_0_left_names_nobody() -> None:
    assert keys.read_delivery("due/20261124T080000Z/rejected-ab") == keys.Delivery(
        "20261124T080000Z", "", (), "rejected-ab"
    )


# Versions


@pytest.mark.parametrize("file", sorted(V0_1_0.glob("*.json")), ids=lambda file: file.stem)
def test_a_key_of_0_1_0_is_of_one_kind_and_written_as_it_was(file: Path) -> None:
    key = read_json(file.name)["Key"]
    (kind,) = kinds_of(key)
    read = kind.read(key)
    assert read is not None
    assert read.key == key


def test_a_key_of_what_0_1_0_lived_is_of_one_kind() -> None:
    lived = [entry["Key"] for entry in read_json("life/ledger.json")]
    assert [key for key in lived if len(kinds_of(key)) != 1] == []


# The drawing


def test_the_ledger_is_drawn_from_its_keys() -> None:
    assert f"\n\n{drawing()}\n" in (module.__doc__ or ""), "python -m tests.drawing draws it"


def test_every_kind_of_key_has_a_body_that_is_drawn_or_none_at_all() -> None:
    bodies = [kind for kind, _ in STORED.values()]
    assert set(kinds()) == {*bodies, *NAMES_ALONE}
    assert len(kinds()) == len(bodies) + len(NAMES_ALONE)


# Nobody else


HEADS = re.compile(
    r"(exports|open|history|images|tokens|tasks|prefixes|running|waiting|due|holds|sighted|stalled|rejected|untold|swept"
    r"|known|failed|ledger|nightly|nights|pace|access|switches|watcher)/"
    r"|(claim|result|doubt|told|refused|chosen|late)-|deliver\.|look-refused$|looked-at$"
)
OTHERWISE = {
    "images/after-export",  # a function of the demo, and its service
}  # fmt: skip


def texts(file: Path) -> Iterator[str]:
    """The string literals of a file, and the beginnings of those with fields; no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_other_module_puts_a_key_together(file: Path) -> None:
    assert [text for text in texts(file) if HEADS.match(text) and text not in OTHERWISE] == []


def test_a_key_that_is_put_together_elsewhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text('"""exports/x"""\nA = f"exports/{a}/ended"\nB = "told-" + c\nC = "exported"\n')
    assert [text for text in texts(tmp_path / "new.py") if HEADS.match(text)] == ["exports/", "told-"]
