"""Objects of OSS through alibabacloud-oss-v2: one attempt each, V4 signatures, our faults. Knows nothing of exports.

Traps of alibabacloud-oss-v2 1.4.1: three attempts by default; a reset connection is called "no request was sent"; a
.netrc takes the signature's place.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import alibabacloud_oss_v2 as sdk
import requests
from alibabacloud_oss_v2 import exceptions
from alibabacloud_oss_v2.transport import RequestsHttpClient

from ...errors import CloudFault, Refused, Unanswered
from ...use_cases.paging import by_key
from ...use_cases.ports import Entry, Page, RemainingSeconds, Stored
from ...values.stored_object import PROBE_BYTES, StoredObject
from ..faults import answered, quoted, reading, unconnected, unreadable, unusable
from ..netrc import as_signed
from ..retrying import CONNECT_S, READ_S, in_time, timeouts
from .credentials import Credentials
from .hosts import Addresses, oss_host

PAGE = 1000
NO_KEY = "NoSuchKey"
UNREADABLE_CODE = "BadErrorResponse"  # what the SDK calls an error answer that it cannot parse


class Oss:
    """The objects of one region, in the name of whoever `credentials` says at each call."""

    def __init__(
        self,
        region_id: str,
        credentials: Callable[[], Credentials],
        addresses: Addresses,
        remaining_s: RemainingSeconds,
        *,
        upload_crc64: bool = True,
    ) -> None:
        """`upload_crc64`: whether what is uploaded is compared by it; who sends its MD5 needs it not."""
        self._host = oss_host(region_id)
        self._remaining_s = remaining_s
        config = _config(region_id, credentials, addresses)
        config.disable_upload_crc64_check = not upload_crc64
        self._client = sdk.Client(config)
        self.now: datetime | None = None  # the Date of the latest answer, a refusal included

    # Objects

    def create(self, bucket: str, key: str, body: bytes) -> bool:
        """Write an object that must not be there yet; False where one is (409 FileAlreadyExists)."""
        request = sdk.PutObjectRequest(
            bucket=bucket, key=key, body=body, content_type=_content_type(key), forbid_overwrite=True
        )
        try:
            self._send(self._client.put_object, request)
        except Refused as fault:
            if fault.code == "FileAlreadyExists":
                return False
            raise
        return True

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object, over another if there is one."""
        request = sdk.PutObjectRequest(bucket=bucket, key=key, body=body, content_type="application/json")
        self._send(self._client.put_object, request)

    def get(self, bucket: str, key: str) -> Stored | None:
        """A whole object and its LastModified."""
        found = self._get(sdk.GetObjectRequest(bucket=bucket, key=key))
        return found and Stored(found.body, _utc(found.last_modified))

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; 204 also where there is none."""
        self._send(self._client.delete_object, sdk.DeleteObjectRequest(bucket=bucket, key=key))

    def probe(self, bucket: str, key: str) -> StoredObject | None:
        """An object's size, checksums, first and last bytes: one ranged read, and a second one for a longer object."""
        head = self._get(sdk.GetObjectRequest(bucket=bucket, key=key, range_header=f"bytes=0-{PROBE_BYTES - 1}"))
        if head is None:
            return None
        with reading(self._host):  # an object within the range may be answered whole, without Content-Range
            size = int(head.content_range.rsplit("/", 1)[1]) if head.content_range else len(head.body)
            etag, modified_at = head.etag.strip('"'), _utc(head.last_modified)
        tail = head.body[-PROBE_BYTES:] if size <= PROBE_BYTES else self._tail(bucket, key, head.etag)
        return StoredObject(
            key=key,
            size_bytes=size,
            etag=etag,
            crc64=head.hash_crc64,
            modified_at=modified_at,
            head=head.body[:PROBE_BYTES],
            tail=tail,
        )

    def _tail(self, bucket: str, key: str, etag: str) -> bytes:
        found = self._get(sdk.GetObjectRequest(bucket=bucket, key=key, range_header=f"bytes=-{PROBE_BYTES}"))
        if found is None or found.etag != etag:
            raise unusable(self._host, f"{key} was changed between two reads")
        return bytes(found.body)

    # Buckets

    def keys(self, bucket: str, prefix: str) -> Iterator[Entry]:
        """All entries below a prefix, in the order of their keys."""

        def page(after: str) -> Page:
            if after:
                in_time(self._remaining_s)
            return self.page(bucket, prefix, after=after)

        return by_key(page)

    def page(self, bucket: str, prefix: str, *, after: str = "", limit: int = PAGE) -> Page:
        """The first `limit` entries behind `after`. OSS may answer fewer than asked for; then it is asked to go on."""
        entries: list[Entry] = []
        place = {"start_after": after} if after else {}
        while True:
            size = min(PAGE, limit - len(entries))
            answer = self._list(sdk.ListObjectsV2Request(bucket=bucket, prefix=prefix, max_keys=size, **place))
            with reading(self._host):
                entries += [Entry(one.key, self._written_at(one)) for one in answer.contents or () if one.key]
            if len(entries) >= limit or not answer.is_truncated:
                return Page(entries, answer.is_truncated)
            place = {"continuation_token": answer.next_continuation_token}
            in_time(self._remaining_s)

    def _written_at(self, entry: Any) -> datetime:
        """One that says no time is taken for written just now: nothing is concluded from its age."""
        return _utc(entry.last_modified or self.now or datetime.now(timezone.utc))

    def _list(self, request: Any) -> Any:
        answer = self._send(self._client.list_objects_v2, request)
        if answer.is_truncated is None or (answer.is_truncated and not answer.next_continuation_token):
            raise unreadable(self._host)  # no listing, or half of one: an export must not be missed in it
        return answer

    def versioned(self, bucket: str) -> bool:
        """Whether versioning was ever enabled."""
        answer = self._send(self._client.get_bucket_versioning, sdk.GetBucketVersioningRequest(bucket=bucket))
        return answer.version_status in ("Enabled", "Suspended")

    # One attempt

    def _get(self, request: Any) -> Any | None:
        """The answer with its body read, or None where there is no such object."""

        def call(request: Any, **options: Any) -> Any:
            answer = self._client.get_object(request, **options)
            with answer.body as stream:
                if request.range_header and (answer.content_length or 0) > PROBE_BYTES:
                    raise unusable(self._host, "a range was not kept to")  # it would be the whole image
                answer.body = stream.read()
            return answer

        try:
            return self._send(call, request)
        except Refused as fault:
            if fault.code == NO_KEY:
                return None
            raise

    def _send(self, call: Callable[..., Any], request: Any) -> Any:
        """Raises Refused, Unreached or Unanswered."""
        try:
            answer = call(request, readwrite_timeout=timeouts(self._remaining_s())[1])
        except CloudFault:
            raise
        except exceptions.BaseError as fault:
            raise self._fault(fault) from fault
        except (requests.RequestException, OSError) as fault:  # while the body was read
            raise unconnected(self._host, fault) from fault
        except (LookupError, TypeError, ValueError, AttributeError, SyntaxError) as fault:  # XML that is none
            raise unreadable(self._host) from fault
        self._notice(answer.headers)
        if not answer.request_id:  # not from OSS
            raise unreadable(self._host, answer.status_code)
        return answer

    def _fault(self, fault: BaseException) -> CloudFault:
        while isinstance(inner := getattr(fault, "kwargs", {}).get("error"), Exception):
            fault = inner  # OperationError, RequestError, ResponseError and CredentialsFetchError wrap what happened
        if isinstance(fault, CloudFault):
            return fault
        if isinstance(fault, exceptions.ServiceError):
            return self._service_fault(fault)
        if isinstance(fault, exceptions.BaseError):  # a checksum that differs, an answer that cannot be parsed
            return unreadable(self._host)
        return unconnected(self._host, fault)

    def _service_fault(self, error: Any) -> Refused | Unanswered | CloudFault:
        self._notice(error.headers or {})
        if error.code in (None, "", UNREADABLE_CODE):
            return unreadable(self._host, error.status_code)
        return answered(self._host, error.status_code, quoted(error.code, error.message, error.request_id))

    def _notice(self, headers: Any) -> None:
        if "x-oss-request-id" in headers and headers.get("Date"):
            self.now = parsedate_to_datetime(headers["Date"]).astimezone(timezone.utc)


class _Asking(sdk.credentials.CredentialsProvider):  # type: ignore[misc]
    """Asks anew at each call, for credentials move on."""

    def __init__(self, credentials: Callable[[], Credentials]) -> None:
        self._credentials = credentials

    def get_credentials(self) -> Any:
        now = self._credentials()
        return sdk.credentials.Credentials(now.access_key_id, now.access_key_secret, now.security_token)


def _config(region_id: str, credentials: Callable[[], Credentials], addresses: Addresses) -> Any:
    config = sdk.config.load_default()
    config.region = region_id
    config.credentials_provider = _Asking(credentials)
    config.retry_max_attempts = 1
    config.endpoint = addresses.url(oss_host(region_id))
    config.use_path_style = addresses.endpoint is not None
    config.disable_ssl = not addresses.https
    config.http_client = _http_client({"http": "", "https": ""} if addresses.no_proxy else None)
    return config


def _http_client(proxies: dict[str, str] | None) -> Any:
    client = RequestsHttpClient(connect_timeout=CONNECT_S, readwrite_timeout=READ_S, proxy_host=proxies)
    client.open()
    client.session.auth = as_signed
    return client


def _content_type(key: str) -> str:
    """Of what we write. OSS compresses JSON on its way where a client takes that, and must not do it twice."""
    return "application/gzip" if key.endswith(".gz") else "application/json"


def _utc(when: datetime) -> datetime:
    return when.astimezone(timezone.utc)
