"""Large objects of OSS: read in ranges, written as multipart uploads. Knows nothing of disks and archives.

Every call but `complete` may happen twice and is repeated where its fault passes. So is `complete`: a second one is
refused, and whoever asked looks at the object.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import alibabacloud_oss_v2 as sdk

from ...errors import Refused
from ...use_cases.ports import RemainingSeconds
from ...use_cases.unpack.ports import Body, Part, Range, Target, Upload
from ...values.export import ExportedObject
from ..faults import reading, unusable
from ..retrying import Retrying
from .credentials import Credentials
from .hosts import Addresses
from .oss import PAGE, Oss

BLOCK = 256 * 1024
CAME = 16 * 1024  # what a broken connection may lose of what came
OVER = "NoSuchUpload"


class OssMultipart(Oss):
    """Fits `unpack.ports.Reader` and `unpack.ports.Uploads`, in one region and in the name that `credentials` says."""

    def __init__(
        self, region_id: str, credentials: Callable[[], Credentials], addresses: Addresses, retrying: Retrying
    ) -> None:
        remaining_s: RemainingSeconds = retrying.remaining_s
        super().__init__(region_id, credentials, addresses, remaining_s, upload_crc64=False)
        self._retrying = retrying

    # Reader

    def read(self, bucket: str, source: ExportedObject, first: int, size: int) -> Range:
        """A broken read goes on behind the last block that came."""
        held = bytearray()
        return self._retrying(lambda: self._read_on(bucket, source, first, size, held))

    def _read_on(self, bucket: str, source: ExportedObject, first: int, size: int, held: bytearray) -> Range:
        def call(request: Any, **options: Any) -> Any:
            answer = self._client.get_object(request, **options)
            with answer.body as stream:
                if (answer.content_length or 0) > size - len(held):
                    raise unusable(self._host, "a range was not kept to")
                for block in stream.iter_bytes(block_size=CAME):
                    held.extend(block)
            return answer

        answer = self._send(
            call,
            sdk.GetObjectRequest(
                bucket=bucket,
                key=source.key,
                if_match=f'"{source.etag}"',
                range_header=f"bytes={first + len(held)}-{first + size - 1}",
                range_behavior="standard",
            ),
        )
        with reading(self._host):
            object_size = int(answer.content_range.rsplit("/", 1)[1])
        if len(held) != min(size, object_size - first):
            raise unusable(self._host, f"{source.key} came with {len(held)} bytes of a range")
        return Range(bytes(held), object_size, answer.hash_crc64)

    # Uploads

    def target(self, bucket: str, key: str) -> Target | None:
        """One ranged read: its refusal has a body, unlike a HEAD's."""
        request = sdk.GetObjectRequest(bucket=bucket, key=key, range_header="bytes=0-0")
        found = self._retrying(lambda: self._get(request))
        if found is None:
            return None
        with reading(self._host):
            size = int(found.content_range.rsplit("/", 1)[1]) if found.content_range else len(found.body)
            return Target(size, found.etag.strip('"'), dict(found.metadata or {}))

    def begun(self, bucket: str, key: str) -> list[Upload]:
        """By the thousand; those of longer keys that begin alike are left out."""

        def page(place: Mapping[str, Any]) -> Any:
            return sdk.ListMultipartUploadsRequest(bucket=bucket, prefix=key, max_uploads=PAGE, **place)

        def following(answer: Any) -> Mapping[str, Any]:
            return {"key_marker": answer.next_key_marker, "upload_id_marker": answer.next_upload_id_marker}

        pages = self._pages(self._client.list_multipart_uploads, page, following)
        with reading(self._host):
            found = [one for one in chain.from_iterable(answer.uploads or () for answer in pages) if one.key == key]
            found.sort(key=lambda one: (one.initiated, one.upload_id))
        return [Upload(bucket, key, one.upload_id) for one in found]

    def begin(self, bucket: str, key: str, metadata: Mapping[str, str]) -> Upload:
        """With x-oss-forbid-overwrite. Where the answer is lost, an upload without parts stays behind."""
        request = sdk.InitiateMultipartUploadRequest(
            bucket=bucket,
            key=key,
            metadata=dict(metadata),
            content_type="application/octet-stream",
            forbid_overwrite=True,
        )
        answer = self._retrying(lambda: self._send(self._client.initiate_multipart_upload, request))
        if not answer.upload_id:
            raise unusable(self._host, "an upload has no id")
        return Upload(bucket, key, answer.upload_id)

    def parts(self, upload: Upload) -> list[Part]:
        """By the thousand."""

        def page(place: Mapping[str, Any]) -> Any:
            return sdk.ListPartsRequest(**_named(upload), max_parts=PAGE, **place)

        def following(answer: Any) -> Mapping[str, Any]:
            return {"part_number_marker": str(answer.next_part_number_marker)}

        pages = self._pages(self._client.list_parts, page, following)
        with reading(self._host):
            found = chain.from_iterable(answer.parts or () for answer in pages)
            return sorted(Part(one.part_number, one.size, one.etag.strip('"'), one.hash_crc64) for one in found)

    def put_part(self, upload: Upload, number: int, body: Body) -> Part:
        """With Content-MD5: OSS refuses other bytes."""
        digest, size = _digest(body)

        def send() -> Any:
            body.seek(0)
            request = sdk.UploadPartRequest(
                **_named(upload), part_number=number, body=body, content_length=size, content_md5=digest
            )
            return self._send(self._client.upload_part, request)

        answer = self._retrying(send)
        with reading(self._host):
            return Part(number, size, answer.etag.strip('"'), answer.hash_crc64)

    def complete(self, upload: Upload, parts: Iterable[Part]) -> None:
        """With x-oss-forbid-overwrite."""
        listed = [sdk.UploadPart(part_number=part.number, etag=f'"{part.etag}"') for part in parts]
        request = sdk.CompleteMultipartUploadRequest(
            **_named(upload),
            complete_multipart_upload=sdk.CompleteMultipartUpload(parts=listed),
            forbid_overwrite=True,
        )
        self._retrying(lambda: self._send(self._client.complete_multipart_upload, request))

    def abort(self, upload: Upload) -> None:
        """Gone, or never there."""
        request = sdk.AbortMultipartUploadRequest(**_named(upload))
        try:
            self._retrying(lambda: self._send(self._client.abort_multipart_upload, request))
        except Refused as fault:
            if fault.code != OVER:
                raise

    def _pages(
        self,
        call: Callable[..., Any],
        page: Callable[[Mapping[str, Any]], Any],
        following: Callable[[Any], Mapping[str, Any]],
    ) -> Iterator[Any]:
        place: Mapping[str, Any] = {}
        while True:
            answer = self._retrying(partial(self._send, call, page(place)))
            yield answer
            if not answer.is_truncated:
                return
            place = following(answer)


def _named(upload: Upload) -> dict[str, str]:
    return {"bucket": upload.bucket, "key": upload.key, "upload_id": upload.id}


def _digest(body: Body) -> tuple[str, int]:
    """MD5 in base64, as Content-MD5 has it, and how many bytes there are."""
    body.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    while block := body.read(BLOCK):
        digest.update(block)
    return base64.b64encode(digest.digest()).decode(), body.tell()
