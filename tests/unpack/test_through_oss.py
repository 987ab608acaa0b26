"""Unpacking through the real SDK: the emulator keeps the objects and refuses what OSS refuses."""

import io
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as sdk
import pytest

from alicloud_emulator.cloud import Settings
from image_export.decisions.unpack.checksums import crc64
from image_export.edges.aliyun import oss_multipart
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss_multipart import OssMultipart
from image_export.errors import Damaged, Refused, Taken, Unanswered
from image_export.use_cases.unpack.ports import Range, Upload
from image_export.use_cases.unpack.unpack import unpack
from image_export.values.export import ExportedObject
from image_export.values.unpack import Unpacked, UnpackOrder
from tests.contract.worlds import impatient
from tests.edges.listening import http, listening
from tests.emulator.world import World, running
from tests.ground import OPEN

from .disks import KIB, disk, packed, spread
from .world import assert_same_disk, in_small_parts, needs_qemu

REGION, BUCKET = "cn-hangzhou", "acme-images-hangzhou"
STRANGE = "a b/ü+&%25<x>"
DISK = disk(14 * 64 * KIB, dict.fromkeys(range(0, 14 * 64 * KIB, 290_000), b"x"))
DATE = "Tue, 24 Nov 2026 08:00:00 GMT"


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with running(Settings(speed=0.01, ground=OPEN)) as world:
        yield world


@pytest.fixture
def world(shared: World) -> Iterator[World]:
    """One for all tests here, without faults and uploads; each test has keys of its own."""
    yield shared
    shared.cloud.faults.clear()
    assert shared.get("state?only=uploads")["uploads"] == []


def at(address: str, key: Any = None) -> OssMultipart:
    """The edge, in front of that address."""
    credentials = Credentials(key.access_key_id, key.secret) if key else Credentials("id", "secret")
    return OssMultipart(REGION, lambda: credentials, Addresses(address), impatient())


@pytest.fixture
def oss(world: World) -> OssMultipart:
    """In the administrator's name."""
    return at(world.endpoint, world.administrator)


def exported(world: World, key: str, body: bytes, **more: Any) -> UnpackOrder:
    """An object of this key, and the order to unpack it to one whose key begins alike."""
    put = world.oss().put_object(sdk.PutObjectRequest(bucket=BUCKET, key=key, body=body))
    source = ExportedObject(key=key, size=len(body), etag=put.etag.strip('"'), crc64=put.hash_crc64)
    return UnpackOrder(bucket=BUCKET, source=source, target_key=f"{key}.restored", **more)


def work(oss: OssMultipart, order: UnpackOrder) -> Unpacked:
    """One worker."""
    return unpack(order, oss, oss, progress=lambda _progress: None, remaining_s=lambda: 3600.0)


def body_of(world: World, order: UnpackOrder) -> bytes:
    """The object that was made."""
    read = world.oss().get_object(sdk.GetObjectRequest(bucket=BUCKET, key=order.target_key))
    body: bytes = read.body.content
    return body


def fault(world: World, action: str, kind: str, **more: Any) -> None:
    world.post("faults", [{"service": "oss", "action": action, "kind": kind, **more}])


@needs_qemu
def test_an_exported_object_becomes_a_qcow2_beside_it(world: World, oss: OssMultipart, tmp_path: Path) -> None:
    order = exported(world, f"{STRANGE}.raw.tar.gz", packed(spread()))
    made = work(oss, order)
    assert_same_disk(tmp_path, body_of(world, order), spread())
    assert (made.key, made.size, made.source_crc64) == (
        f"{STRANGE}.raw.tar.gz.restored",
        len(body_of(world, order)),
        order.source.crc64,
    )
    assert work(oss, order) == made


@pytest.mark.parametrize("kind", ["http_503", "reset_before", "reset_after", "throttle"])
@pytest.mark.parametrize(
    "action",
    [
        *("GetObject", "ListMultipartUploads", "InitiateMultipartUpload", "UploadPart"),
        *("CompleteMultipartUpload", "AbortMultipartUpload"),
    ],
)
def test_a_fault_that_passes_is_not_seen(
    world: World, oss: OssMultipart, action: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_parts(monkeypatch)
    order = exported(world, f"passing-{action}-{kind}", DISK, target_format="raw")
    fault(world, action, kind, skip=1 if action in ("GetObject", "UploadPart") else 0)
    if action == "AbortMultipartUpload":
        oss.begin(BUCKET, order.target_key, {})
    assert work(oss, order).source_crc64 == crc64((DISK,))
    assert body_of(world, order) == DISK


@pytest.mark.parametrize("skip", range(10))
def test_a_worker_that_is_cut_off_at_a_part_goes_on(
    world: World, oss: OssMultipart, skip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_parts(monkeypatch)
    order = exported(world, f"cut-off-{skip}.raw.tar.gz", packed(DISK))
    fault(world, "UploadPart", "http_503", skip=skip, times=5)
    with pytest.raises(Unanswered):
        work(oss, order)
    before = len(world.calls("oss", "UploadPart"))
    work(oss, order)
    assert len(world.calls("oss", "UploadPart")) - before == 10 - skip


def test_parts_and_uploads_are_listed_to_their_end(oss: OssMultipart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oss_multipart, "PAGE", 3)
    uploads = [oss.begin(BUCKET, "many", {}) for _ in range(7)]
    for number in range(1, 9):
        oss.put_part(uploads[0], number, io.BytesIO(b"%d" % number))
    found = oss.parts(uploads[0])
    assert [part.number for part in found] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert (found[-1].size, found[-1].crc64) == (1, crc64((b"8",)))
    assert sorted(oss.begun(BUCKET, "many")) == sorted(uploads)
    for upload in uploads:
        oss.abort(upload)


def test_uploads_of_this_key_alone_are_found_the_oldest_first(world: World, oss: OssMultipart) -> None:
    first = oss.begin(BUCKET, STRANGE, {})
    world.advance(60)
    uploads = [first, oss.begin(BUCKET, STRANGE, {})]
    other = oss.begin(BUCKET, f"{STRANGE}.longer", {})
    assert oss.begun(BUCKET, STRANGE) == uploads
    for upload in (*uploads, other):
        oss.abort(upload)
    assert oss.begun(BUCKET, STRANGE) == []


def test_an_upload_that_is_gone_is_no_fault_to_drop_and_one_to_go_on_with(oss: OssMultipart) -> None:
    gone = Upload(BUCKET, "gone", "0" * 32)
    oss.abort(gone)
    with pytest.raises(Refused, match="NoSuchUpload"):
        oss.parts(gone)


def test_what_came_otherwise_than_it_was_sent_is_refused(oss: OssMultipart) -> None:
    """By Content-MD5; the SDK's own check is off, for it is slow."""
    upload = oss.begin(BUCKET, "digest", {})

    class Changing(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.reads += 1
            return super().read(size) if self.reads <= 2 else super().read(size).replace(b"a", b"b")

    with pytest.raises(Refused, match="InvalidDigest"):
        oss.put_part(upload, 1, Changing(b"a" * 100))
    oss.abort(upload)


def test_neither_beginning_nor_completing_writes_over_an_object(world: World, oss: OssMultipart) -> None:
    upload = oss.begin(BUCKET, "taken", {})
    part = oss.put_part(upload, 1, io.BytesIO(b"ours"))
    world.oss().put_object(sdk.PutObjectRequest(bucket=BUCKET, key="taken", body=b"theirs"))
    for call in (lambda: oss.begin(BUCKET, "taken", {}), lambda: oss.complete(upload, [part])):
        with pytest.raises(Refused, match="FileAlreadyExists"):
            call()
    oss.abort(upload)
    order = exported(world, "take", packed(DISK))
    world.oss().put_object(sdk.PutObjectRequest(bucket=BUCKET, key=order.target_key, body=b"theirs"))
    with pytest.raises(Taken):
        work(oss, order)


def test_an_object_has_its_metadata_and_size(world: World, oss: OssMultipart) -> None:
    assert oss.target(BUCKET, "nobody's") is None
    request = sdk.PutObjectRequest(bucket=BUCKET, key="mine", body=b"12345", metadata={"Said": "so"})
    put = world.oss().put_object(request)
    found = oss.target(BUCKET, "mine")
    assert found is not None
    assert (found.size, found.etag, {name.lower(): value for name, value in found.metadata.items()}) == (
        5,
        put.etag.strip('"'),
        {"said": "so"},
    )
    world.oss().put_object(sdk.PutObjectRequest(bucket=BUCKET, key="empty", body=b""))
    empty = oss.target(BUCKET, "empty")
    assert empty is not None
    assert empty.size == 0


@pytest.mark.parametrize(
    ("first", "size", "wanted"), [(0, 4, b"0123"), (8, 4, b"89"), (0, 100, b"0123456789"), (9, 1, b"9")]
)
def test_a_range_is_read_up_to_the_end(world: World, oss: OssMultipart, first: int, size: int, wanted: bytes) -> None:
    source = exported(world, "range", b"0123456789").source
    assert oss.read(BUCKET, source, first, size) == Range(wanted, 10, source.crc64)


@pytest.mark.parametrize(("now", "code"), [(b"other", "ObjectChanged"), (None, "ObjectMissing")])
def test_a_source_that_is_another_or_gone_is_told(
    world: World, oss: OssMultipart, now: bytes | None, code: str
) -> None:
    order = exported(world, f"was-{code}.raw.tar.gz", packed(DISK))
    if now is None:
        world.oss().delete_object(sdk.DeleteObjectRequest(bucket=BUCKET, key=order.source.key))
    else:
        world.oss().put_object(sdk.PutObjectRequest(bucket=BUCKET, key=order.source.key, body=now))
    with pytest.raises(Damaged, match=f"{code}: .*{order.source.key}"):
        work(oss, order)


def test_a_byte_that_is_altered_in_the_middle_is_told(world: World, oss: OssMultipart) -> None:
    """The object is written over by one of the same length, and the manifest says so."""
    body = bytearray(packed(DISK))
    body[len(body) // 2] ^= 1
    order = exported(world, "altered.raw.tar.gz", bytes(body))
    with pytest.raises(Damaged, match=r"ObjectDamaged: .*altered\.raw\.tar\.gz is not whole"):
        work(oss, order)
    assert oss.target(BUCKET, order.target_key) is None


def answer(body: bytes, first: int, length: int, **headers: str) -> bytes:
    """OSS's answer to a range of 100 bytes, with the bytes that come of it."""
    said = {"Content-Range": f"bytes {first}-99/100", "ETag": '"E"', "Date": DATE, "x-oss-request-id": "R-1"}
    return http("206 Partial Content", body, "application/octet-stream", length=str(length), **said, **headers)


def test_a_read_that_breaks_goes_on_where_it_broke() -> None:
    source, whole = ExportedObject(key="k", size=200_000, etag="E", crc64=None), random.Random(1).randbytes(200_000)  # noqa: S311 - no secret
    asked: list[tuple[str, str]] = []

    class Breaking(BaseHTTPRequestHandler):
        """Sends 50,000 bytes of what it has promised, and hangs up."""

        def do_GET(self) -> None:
            asked.append((self.headers["Range"], self.headers["If-Match"]))
            first = int(self.headers["Range"].removeprefix("bytes=").split("-")[0])
            head, _, _ = answer(b"", first, 200_000 - first).replace(b"99/100", b"199999/200000").partition(b"\r\n\r\n")
            self.wfile.write(head + b"\r\n\r\n" + whole[first : first + 50_000])

        def log_message(self, *_said: object) -> None:
            """Nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found = at(f"http://127.0.0.1:{server.server_port}").read(BUCKET, source, 0, 200_000)
        server.shutdown()
    assert found.body == whole
    assert asked == [(f"bytes={first}-199999", '"E"') for first in (0, 49_152, 98_304, 147_456, 196_608)]


@pytest.mark.parametrize(
    "answered",
    [
        http("200 OK", bytes(200), "application/octet-stream", ETag='"E"', Date=DATE, x_oss_request_id="R-1"),
        http("200 OK", bytes(50), "application/octet-stream", ETag='"E"', Date=DATE, x_oss_request_id="R-1"),
        answer(bytes(40), 0, 40),
    ],
    ids=["all of it", "no range", "too little"],
)
def test_a_range_that_is_not_kept_to_is_no_answer(answered: bytes) -> None:
    source = ExportedObject(key="k", size=100, etag="E", crc64=None)
    with listening(answered) as address, pytest.raises(Unanswered, match=r"cannot be (read|used)"):
        at(f"http://{address}").read(BUCKET, source, 0, 100)


def test_a_large_part_is_sent_as_it_is_read(oss: OssMultipart) -> None:
    body = random.Random(1).randbytes(3_000_000)  # noqa: S311 - no secret
    upload = oss.begin(BUCKET, "large", {"a": "b"})
    part = oss.put_part(upload, 1, io.BytesIO(body))
    assert part.crc64 == crc64((body,))
    oss.complete(upload, [part])
    found = oss.target(BUCKET, "large")
    assert found is not None
    assert (found.size, found.metadata) == (3_000_000, {"a": "b"})
