"""Workers die, meet, run out of time and are lied to: one whole object comes of it, or none and a clear fault."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from msgspec.structs import replace

from image_export.errors import Damaged, OutOfTime, Refused, Taken, Unanswered
from image_export.values.cause import Cause
from image_export.values.unpack import Unpacked

from .disks import KIB, disk, packed
from .fake_oss import Object, WorkerDied
from .world import SOURCE, TARGET, World, in_small_parts

DISK = disk(14 * 64 * KIB, dict.fromkeys(range(0, 14 * 64 * KIB, 290_000), b"x"))  # eight parts, and the first clusters
EXPORTED = packed(DISK)
PARTS = 9
pytestmark = pytest.mark.usefixtures("small_parts")


def dying(world: World, number: int, *, after: bool) -> Callable[[], bool]:
    """Let the worker die at the call of that number, before or after it works; whether that came to pass."""
    calls = iter(range(1000))
    died: list[bool] = []

    def hook(_call: str) -> None:
        if next(calls) == number:
            died.append(True)
            raise WorkerDied

    world.oss.seen, world.oss.after = (lambda _call: None, hook) if after else (hook, lambda _call: None)
    return lambda: bool(died)


def revive(world: World) -> None:
    world.oss.seen = world.oss.after = lambda _call: None


@pytest.fixture(scope="module")
def whole() -> tuple[Unpacked, bytes]:
    """What a worker makes that nothing happens to."""
    with pytest.MonkeyPatch.context() as patch:
        in_small_parts(patch)
        world = World()
        return world.unpack(world.exported(EXPORTED)), world.target()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(26))
def test_a_worker_may_die_at_every_call(world: World, whole: tuple[Unpacked, bytes], number: int, after: bool) -> None:
    order = world.exported(EXPORTED)
    died = dying(world, number, after=after)
    with suppress(WorkerDied):
        world.unpack(order)
    assert died() or number > 9
    revive(world)
    assert (world.unpack(order), world.target()) == whole
    assert world.oss.uploads == {}
    assert len(world.oss.sent) <= 1 + PARTS + 1, "at most the mark, which a dead worker may have sent too, comes twice"


def test_parts_that_are_there_are_not_sent_again(world: World) -> None:
    order = world.exported(EXPORTED)
    for number in range(2, PARTS + 1):
        sent = [*world.oss.sent]

        def dies(_call: str, seen: list[int] = sent, number: int = number) -> None:
            if len(world.oss.sent) > len(seen) and world.oss.sent[-1] == number:
                raise WorkerDied

        world.oss.after = dies  # when that part is there
        with pytest.raises(WorkerDied):
            world.unpack(order)
    revive(world)
    world.unpack(order)
    assert world.oss.sent == [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]
    assert (world.told[-1].parts_kept, world.told[-1].parts_uploaded) == (8, 0)


def test_a_part_that_is_another_is_sent_again(world: World, whole: tuple[Unpacked, bytes]) -> None:
    order = world.exported(EXPORTED)
    dying(world, 6, after=True)
    with pytest.raises(WorkerDied):
        world.unpack(order)
    revive(world)
    ((_, _, parts),) = world.oss.uploads.values()
    parts[3] = parts[3][:-1] + bytes([parts[3][-1] ^ 1])
    assert (world.unpack(order), world.target()) == whole
    assert world.oss.sent.count(3) == 2


def test_parts_are_kept_where_no_etag_is_an_md5(world: World) -> None:
    world.oss.encrypted = True
    order = world.exported(EXPORTED)
    dying(world, 6, after=True)
    with pytest.raises(WorkerDied):
        world.unpack(order)
    revive(world)
    world.unpack(order)
    assert world.oss.sent.count(3) == 1


def test_what_is_there_is_answered_without_reading_the_source(world: World) -> None:
    order = world.exported(EXPORTED)
    made = world.unpack(order)
    del world.oss.objects[SOURCE]
    assert world.unpack(order) == made


def test_uploads_that_are_left_over_are_dropped_where_the_object_is_there(world: World) -> None:
    """As after a death between the last two calls, or by a slower worker."""
    order = world.exported(EXPORTED)
    made = world.unpack(order)
    kept = world.oss.objects.pop(TARGET)
    world.oss.begin(order.bucket, TARGET, {})
    world.oss.objects[TARGET] = kept
    assert world.unpack(order) == made
    assert world.oss.uploads == {}


def test_the_upload_of_another_order_is_not_gone_on_with(world: World, whole: tuple[Unpacked, bytes]) -> None:
    other = world.exported(packed(DISK[::-1]), key="other.raw.tar.gz")
    dying(world, 6, after=True)
    with pytest.raises(WorkerDied):
        world.unpack(other)
    revive(world)
    assert (world.unpack(world.exported(EXPORTED)), world.target()) == whole
    assert world.oss.uploads == {}
    with pytest.raises(Taken):
        world.unpack(other)


def test_a_finished_upload_of_something_else_is_dropped_and_begun_again(
    world: World, whole: tuple[Unpacked, bytes]
) -> None:
    """It cannot be told whose it is, once its mark is replaced."""
    other = world.exported(packed(DISK[::-1]), key="other.raw.tar.gz")

    def dies(call: str) -> None:
        if call == "complete":
            raise WorkerDied

    world.oss.seen = dies
    with pytest.raises(WorkerDied):
        world.unpack(other)
    revive(world)
    order = world.exported(EXPORTED)
    with pytest.raises(Unanswered, match="UploadDiffers") as caught:
        world.unpack(order)
    assert (caught.value.retryable, world.oss.uploads) == (True, {})
    assert (world.unpack(order), world.target()) == whole


@pytest.mark.parametrize("call", ["begun", "begin", "put_part", "read", "complete"])
def test_two_workers_make_one_object(world: World, whole: tuple[Unpacked, bytes], call: str) -> None:
    """The second one does all of its work at the moment when the first one is about to make a call."""
    order = world.exported(EXPORTED)
    seconds: list[Unpacked] = []

    def another(seen: str) -> None:
        if seen == call and not seconds:
            revive(world)
            seconds.append(world.unpack(order))

    world.oss.seen = another
    assert (world.unpack(order), seconds, world.target()) == (whole[0], [whole[0]], whole[1])
    assert world.oss.uploads == {}


def test_a_worker_whose_upload_is_gone_asks_to_be_called_again(world: World) -> None:
    order = world.exported(EXPORTED)

    def dropped(call: str) -> None:
        if call == "complete":
            world.oss.uploads.clear()

    world.oss.seen = dropped
    with pytest.raises(Unanswered, match="UploadOver") as caught:
        world.unpack(order)
    assert caught.value.retryable


def test_an_object_of_somebody_else_is_left_alone(world: World) -> None:
    world.oss.objects[TARGET] = Object(b"theirs")
    with pytest.raises(Taken, match=f"oss://images/{TARGET} is there already") as caught:
        world.unpack(world.exported(EXPORTED))
    assert (world.target(), world.oss.uploads, caught.value.status) == (b"theirs", {}, 409)


def test_an_object_that_somebody_writes_meanwhile_is_left_alone(world: World) -> None:
    def writes(call: str) -> None:
        if call == "complete":
            world.oss.objects[TARGET] = Object(b"theirs")

    world.oss.seen = writes
    with pytest.raises(Taken):
        world.unpack(world.exported(EXPORTED))
    assert world.target() == b"theirs"


def test_it_stops_between_parts_and_goes_on(world: World, whole: tuple[Unpacked, bytes]) -> None:
    order = world.exported(EXPORTED)

    def ends(call: str) -> None:
        if call == "put_part" and len(world.oss.sent) == 4:
            world.left_s = 29.0

    world.oss.seen = ends
    with pytest.raises(OutOfTime, match="OutOfTime: Too little time is left after") as caught:
        world.unpack(order)
    assert caught.value.retryable
    revive(world)
    world.left_s = 3600.0
    assert (world.unpack(order), world.target()) == whole
    assert world.oss.sent == [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]


def test_without_time_nothing_is_read(world: World) -> None:
    world.left_s = 5.0
    with pytest.raises(OutOfTime):
        world.unpack(world.exported(EXPORTED))
    assert world.told[-1].read_bytes == 0


def test_whoever_hears_how_far_it_is_may_end_it(world: World) -> None:
    class Cancelled(Exception):
        pass

    def told(call: str) -> None:
        if call == "put_part" and world.oss.sent:
            raise Cancelled

    order = world.exported(EXPORTED)
    world.oss.seen = told
    with pytest.raises(Cancelled):
        world.unpack(order)


def test_it_is_told_how_far_it_is(world: World) -> None:
    world.unpack(world.exported(EXPORTED))
    read = [one.read_bytes for one in world.told]
    assert (read[0], read[-1], read == sorted(read)) == (0, len(EXPORTED), True)
    assert {one.total_bytes for one in world.told} == {len(EXPORTED)}
    assert world.told[-1].parts_uploaded == PARTS - 1, "the last one is told of before it is sent"


ALTERED = EXPORTED[:400_000] + bytes([EXPORTED[400_000] ^ 1]) + EXPORTED[400_001:]


@pytest.mark.parametrize(
    ("now", "etag", "said"),
    [
        (ALTERED, "same", "is not whole: it cannot be unpacked"),
        (ALTERED, "new", "was written over"),
        (EXPORTED[:-100], "same", "bytes, and its manifest says"),
        (EXPORTED + b"more", "same", "bytes, and its manifest says"),
        (None, "", "is gone"),
    ],
    ids=["a byte", "another object", "shorter", "longer", "gone"],
)
def test_a_source_that_is_another_is_told_by_name_and_nothing_is_left(
    world: World, now: bytes | None, etag: str, said: str
) -> None:
    order = world.exported(EXPORTED)
    if now is None:
        del world.oss.objects[SOURCE]
    else:
        world.oss.objects[SOURCE] = Object(now, order.source.etag if etag == "same" else "OTHER")
    with pytest.raises(Damaged, match=f"oss://images/{SOURCE} .*{said}") as caught:
        world.unpack(order)
    assert not caught.value.retryable
    assert (world.oss.uploads, TARGET in world.oss.objects) == ({}, False)


def test_a_byte_that_gzip_does_not_see_is_seen_by_the_checksum(world: World) -> None:
    """In the header, where the time is."""
    order = world.exported(EXPORTED)
    world.oss.objects[SOURCE] = Object(EXPORTED[:5] + b"\xff" + EXPORTED[6:], order.source.etag)
    with pytest.raises(Damaged, match=f"ObjectDamaged: .*{SOURCE} was read with the CRC-64 .* its manifest says"):
        world.unpack(order)
    assert (world.oss.uploads, TARGET in world.oss.objects) == ({}, False)


def test_a_manifest_without_a_checksum_is_held_against_that_of_oss(world: World) -> None:
    order = world.exported(EXPORTED)
    source = replace(order.source, crc64=None)
    world.oss.objects[SOURCE].crc64 = "12345"
    with pytest.raises(Damaged, match="and OSS says 12345"):
        world.unpack(replace(order, source=source))


def test_a_disk_of_another_size_than_the_manifest_says_is_told(world: World) -> None:
    with pytest.raises(Damaged, match="its disk is of 917504 bytes, and its manifest says 918016"):
        world.unpack(world.exported(EXPORTED, virtual_size=918016))
    assert world.oss.uploads == {}


def test_a_raw_object_that_is_altered_is_told_too(world: World) -> None:
    key = "golden_m-1_system.raw"
    order = world.exported(DISK, key=key)
    world.oss.objects[key] = Object(DISK[:-1] + b"!", order.source.etag)
    with pytest.raises(Damaged, match=key):
        world.unpack(order)


def test_other_refusals_come_out_as_they_are(world: World) -> None:
    """An archived object has to be restored first."""

    def archived(call: str) -> None:
        if call == "read":
            raise Refused(Cause(code="InvalidObjectState", message="archived"), status=403)

    world.oss.seen = archived
    with pytest.raises(Refused, match="InvalidObjectState"):
        world.unpack(world.exported(EXPORTED))


def test_parts_are_as_large_as_oss_wants_them(world: World) -> None:
    world.unpack(world.exported(EXPORTED, target_format="raw"))
    order = world.exported(packed(bytes(64 * KIB)), key="s.raw.tar.gz", target_key="small.raw", target_format="raw")
    assert world.unpack(order).size == 64 * KIB
