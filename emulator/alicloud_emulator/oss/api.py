"""The operations of OSS, by the names of its API."""

from alicloud_emulator.calls import Operation
from alicloud_emulator.oss import bucket_operations, object_operations
from alicloud_emulator.oss.listing import ListObjectsV2

OPERATIONS = {
    "PutObject": Operation(object_operations.PutObject),
    "GetObject": Operation(object_operations.GetObject),
    "HeadObject": Operation(object_operations.HeadObject),
    "DeleteObject": Operation(object_operations.DeleteObject),
    "ListObjectsV2": Operation(ListObjectsV2),
    "PutBucket": Operation(bucket_operations.PutBucket),
    "GetBucketInfo": Operation(bucket_operations.GetBucketInfo),
    "GetBucketLifecycle": Operation(bucket_operations.GetBucketLifecycle),
    "GetBucketVersioning": Operation(bucket_operations.GetBucketVersioning),
    "PutBucketVersioning": Operation(bucket_operations.PutBucketVersioning),
    "PutBucketEncryption": Operation(bucket_operations.PutBucketEncryption),
}
