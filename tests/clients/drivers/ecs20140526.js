// @alicloud/ecs20140526, signing with ACS3-HMAC-SHA256.
'use strict';
const ecs = require('@alicloud/ecs20140526');
const { $OpenApiUtil, OpenApiUtil } = require('@alicloud/openapi-core');
const $dara = require('@darabonba/typescript');
const { serve } = require('./asking');

/** Where and as whom. */
function client(asked) {
  return new ecs.default(
    new $OpenApiUtil.Config({
      accessKeyId: asked.key_id,
      accessKeySecret: asked.secret,
      ...(asked.token ? { securityToken: asked.token } : {}),
      endpoint: asked.endpoint.replace('http://', ''),
      regionId: asked.region,
      protocol: 'http',
    })
  );
}

/** A request of the client, from the API's own names. */
function request(Model, params) {
  const named = Model.names();
  const own = Object.fromEntries(Object.entries(named).map(([field, name]) => [name, field]));
  return new Model(Object.fromEntries(Object.entries(params).map(([name, value]) => [own[name], value])));
}

const CALLS = {
  async DescribeImages(asked) {
    const { body } = await client(asked).describeImages(request(ecs.DescribeImagesRequest, asked.params));
    const [image] = body.images.image;
    const disks = image.diskDeviceMappings.diskDeviceMapping;
    return { ImageId: image.imageId, Status: image.status, Size: image.size, Disks: disks.map((disk) => disk.type) };
  },
  async ExportImage(asked) {
    const { body } = await client(asked).exportImage(request(ecs.ExportImageRequest, asked.params));
    return { TaskId: body.taskId, RegionId: body.regionId };
  },
  async DescribeTasks(asked) {
    const { body } = await client(asked).describeTasks(request(ecs.DescribeTasksRequest, asked.params));
    const [task] = body.taskSet.task;
    return { TaskId: task.taskId, TaskAction: task.taskAction, TotalCount: body.totalCount };
  },
  async DescribeTaskAttribute(asked) {
    const { body } = await client(asked).describeTaskAttribute(request(ecs.DescribeTaskAttributeRequest, asked.params));
    return { TaskId: body.taskId, TaskAction: body.taskAction, TaskProcess: body.taskProcess };
  },
  async CancelTask(asked) {
    const { body } = await client(asked).cancelTask(request(ecs.CancelTaskRequest, asked.params));
    return { RequestId: Boolean(body.requestId) };
  },
  async NoSuchAction(asked) {
    const params = new $OpenApiUtil.Params({
      action: 'NoSuchAction',
      version: '2014-05-26',
      protocol: 'HTTP',
      pathname: '/',
      method: 'POST',
      authType: 'AK',
      style: 'RPC',
      reqBodyType: 'formData',
      bodyType: 'json',
    });
    const wanted = new $OpenApiUtil.OpenApiRequest({ query: OpenApiUtil.query({ RegionId: asked.region }) });
    return client(asked).callApi(params, wanted, new $dara.RuntimeOptions({}));
  },
};

serve(CALLS, (fault) => fault.code || fault.name);
