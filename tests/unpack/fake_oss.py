"""Reader and uploads of one bucket in memory: what OSS keeps, what it refuses, and a hook at every call."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from image_export.decisions.unpack.checksums import crc64, md5
from image_export.errors import Refused
from image_export.use_cases.unpack.ports import Body, Part, Range, Target, Upload
from image_export.values.cause import Cause
from image_export.values.export import ExportedObject

BUCKET = "images"
NOBODY_SEES: Callable[[str], None] = lambda _call: None  # noqa: E731


class WorkerDied(BaseException):
    """The process is gone: nothing catches it."""


@dataclass
class Object:
    """An object of the bucket."""

    body: bytes
    etag: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.etag = self.etag or md5((self.body,))
        self.crc64 = crc64((self.body,))


class FakeOss:
    """Fits both ports. `seen` hears of every call before it works, `after` when it has; what they raise comes out."""

    def __init__(self, bucket: str = BUCKET) -> None:
        self.bucket = bucket
        self.objects: dict[str, Object] = {}
        self.uploads: dict[str, tuple[Upload, Mapping[str, str], dict[int, bytes]]] = {}
        self.seen = NOBODY_SEES
        self.after = NOBODY_SEES
        self.sent: list[int] = []  # the numbers of the parts that were uploaded
        self.encrypted = False  # by KMS: no ETag is an MD5
        self._ids = count(1)

    def read(self, bucket: str, source: ExportedObject, first: int, size: int) -> Range:
        self._call("read", bucket)
        found = self.objects.get(source.key)
        if found is None:
            raise refused("NoSuchKey", 404)
        if found.etag != source.etag:
            raise refused("PreconditionFailed", 412)
        if first >= len(found.body):
            raise refused("InvalidRange", 416)
        return Range(found.body[first : first + size], len(found.body), found.crc64)

    def target(self, bucket: str, key: str) -> Target | None:
        self._call("target", bucket)
        found = self.objects.get(key)
        return Target(len(found.body), found.etag, found.metadata) if found else None

    def begun(self, bucket: str, key: str) -> list[Upload]:
        self._call("begun", bucket)
        return [upload for upload, _, _ in self.uploads.values() if upload.key == key]

    def begin(self, bucket: str, key: str, metadata: Mapping[str, str]) -> Upload:
        self._call("begin", bucket)
        if key in self.objects:
            raise refused("FileAlreadyExists", 409)
        upload = Upload(bucket, key, f"U{next(self._ids)}")
        self.uploads[upload.id] = (upload, metadata, {})
        self.after("begin")
        return upload

    def parts(self, upload: Upload) -> list[Part]:
        self._call("parts", upload.bucket)
        return [self._part(number, body) for number, body in sorted(self._bodies(upload).items())]

    def put_part(self, upload: Upload, number: int, body: Body) -> Part:
        self._call("put_part", upload.bucket)
        body.seek(0)
        self._bodies(upload)[number] = body.read()
        self.sent.append(number)
        self.after("put_part")
        return self._part(number, self._bodies(upload)[number])

    def complete(self, upload: Upload, parts: Iterable[Part]) -> None:
        self._call("complete", upload.bucket)
        bodies, listed = self._bodies(upload), list(parts)
        if upload.key in self.objects:
            raise refused("FileAlreadyExists", 409)
        for part in listed:
            if part.number not in bodies or part != self._part(part.number, bodies[part.number]):
                raise refused("InvalidPart", 400)
        if any(part.size < 100 * 1024 for part in listed[:-1]):
            raise refused("EntityTooSmall", 400)
        body = b"".join(bodies[part.number] for part in listed)
        self.objects[upload.key] = Object(body, f"WHOLE-{len(listed)}", self.uploads[upload.id][1])
        del self.uploads[upload.id]
        self.after("complete")

    def abort(self, upload: Upload) -> None:
        self._call("abort", upload.bucket)
        self.uploads.pop(upload.id, None)

    def _call(self, name: str, bucket: str) -> None:
        assert bucket == self.bucket
        self.seen(name)

    def _part(self, number: int, body: bytes) -> Part:
        etag = f"KMS-{number}" if self.encrypted else md5((body,))
        return Part(number, len(body), etag, crc64((body,)))

    def _bodies(self, upload: Upload) -> dict[int, bytes]:
        if upload.id not in self.uploads:
            raise refused("NoSuchUpload", 404)
        return self.uploads[upload.id][2]


def refused(code: str, status: int) -> Refused:
    """OSS's no."""
    return Refused(Cause(code=code, message="as OSS says it"), status=status)
