"""The operations of OSS, by the names of its API."""

from alicloud_emulator.calls import Operation
from alicloud_emulator.oss import bucket_operations, multipart, object_operations, upload_listing
from alicloud_emulator.oss.listing import ListObjectsV2
from alicloud_emulator.oss.restoring import RestoreObject

OPERATIONS = {
    "PutObject": Operation(object_operations.PutObject),
    "GetObject": Operation(object_operations.GetObject),
    "HeadObject": Operation(object_operations.HeadObject),
    "DeleteObject": Operation(object_operations.DeleteObject),
    "RestoreObject": Operation(RestoreObject),
    "ListObjectsV2": Operation(ListObjectsV2),
    "InitiateMultipartUpload": Operation(multipart.InitiateMultipartUpload),
    "UploadPart": Operation(multipart.UploadPart),
    "UploadPartCopy": Operation(multipart.UploadPartCopy),
    "CompleteMultipartUpload": Operation(multipart.CompleteMultipartUpload),
    "AbortMultipartUpload": Operation(multipart.AbortMultipartUpload),
    "ListParts": Operation(upload_listing.ListParts),
    "ListMultipartUploads": Operation(upload_listing.ListMultipartUploads),
    "PutBucket": Operation(bucket_operations.PutBucket),
    "GetBucketInfo": Operation(bucket_operations.GetBucketInfo),
    "GetBucketLifecycle": Operation(bucket_operations.GetBucketLifecycle),
    "GetBucketVersioning": Operation(bucket_operations.GetBucketVersioning),
    "PutBucketVersioning": Operation(bucket_operations.PutBucketVersioning),
    "PutBucketEncryption": Operation(bucket_operations.PutBucketEncryption),
}
