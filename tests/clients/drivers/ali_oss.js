// ali-oss, with signature version 1, its default, or 4.
'use strict';
const crypto = require('crypto');
const { Readable } = require('stream');
const OSS = require('ali-oss');
const { serve } = require('./asking');

/** Where and as whom. */
function client(asked) {
  return new OSS({
    accessKeyId: asked.key_id,
    accessKeySecret: asked.secret,
    ...(asked.token ? { stsToken: asked.token } : {}),
    endpoint: asked.endpoint,
    region: `oss-${asked.region}`,
    bucket: asked.params.Bucket,
    authorizationV4: asked.signature === 'V4',
    retryMax: 0,
    timeout: 20000,
  });
}

const unquoted = (etag) => etag.replace(/"/g, '');

const CALLS = {
  async PutObject(asked) {
    const { Key, Body = '', Signed, ForbidOverwrite } = asked.params;
    const headers = {
      ...(Signed ? { 'Content-MD5': crypto.createHash('md5').update(Signed).digest('base64') } : {}),
      ...(ForbidOverwrite ? { 'x-oss-forbid-overwrite': 'true' } : {}),
    };
    const { res } = await client(asked).put(Key, Buffer.from(Body), { headers });
    return { ETag: unquoted(res.headers.etag), Crc64: res.headers['x-oss-hash-crc64ecma'] };
  },
  async GetObject(asked) {
    const { content } = await client(asked).get(asked.params.Key);
    return { Body: content.toString(), Size: content.length };
  },
  async HeadObject(asked) {
    const { res } = await client(asked).head(asked.params.Key);
    const { headers } = res;
    return {
      ETag: unquoted(headers.etag),
      Size: Number(headers['content-length']),
      Crc64: headers['x-oss-hash-crc64ecma'],
    };
  },
  async ListObjectsV2(asked) {
    const { objects, isTruncated } = await client(asked).listV2({ prefix: asked.params.Prefix });
    return { Keys: objects.map((item) => item.name), Truncated: isTruncated };
  },
  async GetBucketInfo(asked) {
    const { bucket } = await client(asked).getBucketInfo(asked.params.Bucket);
    return { Name: bucket.Name, Location: bucket.Location, StorageClass: bucket.StorageClass };
  },
  async GetBucketVersioning(asked) {
    const { versionStatus } = await client(asked).getBucketVersioning(asked.params.Bucket);
    return { Status: versionStatus === undefined ? null : versionStatus };
  },
  async DeleteObject(asked) {
    const { res } = await client(asked).delete(asked.params.Key);
    return { RequestId: Boolean(res.headers['x-oss-request-id']) };
  },
  async PutBucketVersioning(asked) {
    const there = client(asked);
    const params = there._bucketRequestParams('PUT', asked.params.Bucket, 'versioning', {});
    params.content = '<VersioningConfiguration></VersioningConfiguration>';
    params.mime = 'xml';
    params.successStatuses = [200];
    return { Status: (await there.request(params)).status };
  },
  async RestoreObject(asked) {
    const { res } = await client(asked).restore(asked.params.Key);
    return { Status: res.status };
  },
  async Multipart(asked) {
    const { Bucket, Key, Source, Body } = asked.params;
    const there = client(asked);
    const { uploadId } = await there.initMultipartUpload(Key);
    const body = Buffer.from(Body);
    const one = await there._uploadPart(Key, uploadId, 1, { stream: Readable.from([body]), size: body.length });
    const two = await there.uploadPartCopy(Key, uploadId, 2, null, { sourceKey: Source, sourceBucketName: Bucket });
    const { parts } = await there.listParts(Key, uploadId);
    const { uploads } = await there.listUploads({});
    const done = [one, two].map(({ etag }, at) => ({ number: at + 1, etag }));
    await there.completeMultipartUpload(Key, uploadId, done);
    const other = await there.initMultipartUpload(Key);
    const { res } = await there.abortMultipartUpload(Key, other.uploadId);
    return {
      Parts: parts.map((part) => Number(part.PartNumber)),
      Uploads: uploads.map((found) => found.name),
      Aborted: res.status === 204,
    };
  },
  async NoSuchAction(asked) {
    const there = client(asked);
    const params = there._objectRequestParams('PATCH', 'key', {});
    params.successStatuses = [200];
    return { Status: (await there.request(params)).status };
  },
};

serve(CALLS, (fault) => fault.code || fault.name);
