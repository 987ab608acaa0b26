"""Which bucket and which object a call means; whether the caller may have them is judged before, in `ram`."""

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError
from alicloud_emulator.oss.buckets import Bucket, Oss
from alicloud_emulator.oss.objects import StoredObject


def bucket_of(oss: Oss, call: Call) -> Bucket:
    """The bucket that is named, in the region that was signed for."""
    bucket = oss.buckets.get(call.params["bucket"])
    if bucket is None:
        raise ApiError(404, "NoSuchBucket", "The specified bucket does not exist.")
    if call.region and bucket.region != call.region:  # signature version 1 names none
        message = f"Invalid signing region in Authorization header: {call.region}, the bucket is in {bucket.region}."
        raise ApiError(400, "InvalidArgument", message)
    return bucket


def object_of(oss: Oss, call: Call) -> StoredObject:
    """The object in the path."""
    item = bucket_of(oss, call).objects.get(call.params["key"])
    if item is None:
        raise ApiError(404, "NoSuchKey", "The specified key does not exist.")
    return item
