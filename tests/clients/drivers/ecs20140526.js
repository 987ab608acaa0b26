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
  const types = Model.types();
  const own = Object.fromEntries(Object.entries(named).map(([field, name]) => [name, field]));
  const fields = Object.entries(params).map(([name, value]) => [own[name], filled(types[own[name]], value)]);
  return new Model(Object.fromEntries(fields));
}

/** A value of a request, which may be a list, of models too, or a model itself. */
function filled(type, value) {
  if (Array.isArray(value)) return value.map((item) => filled(type.itemType, item));
  return value !== null && typeof value === 'object' ? request(type, value) : value;
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
  async ImportImage(asked) {
    const { body } = await client(asked).importImage(request(ecs.ImportImageRequest, asked.params));
    return { ImageId: body.imageId, TaskId: body.taskId, RegionId: body.regionId };
  },
  async ModifyImageAttribute(asked) {
    const wanted = request(ecs.ModifyImageAttributeRequest, asked.params);
    return { RequestId: Boolean((await client(asked).modifyImageAttribute(wanted)).body.requestId) };
  },
  async DeleteImage(asked) {
    const { body } = await client(asked).deleteImage(request(ecs.DeleteImageRequest, asked.params));
    return { RequestId: Boolean(body.requestId) };
  },
  async DescribeSnapshots(asked) {
    const { body } = await client(asked).describeSnapshots(request(ecs.DescribeSnapshotsRequest, asked.params));
    const [{ snapshotId, status, usage, sourceDiskSize }] = body.snapshots.snapshot;
    return { SnapshotId: snapshotId, Status: status, Usage: usage, SourceDiskSize: sourceDiskSize };
  },
  async DeleteSnapshot(asked) {
    const { body } = await client(asked).deleteSnapshot(request(ecs.DeleteSnapshotRequest, asked.params));
    return { RequestId: Boolean(body.requestId) };
  },
  async DescribeImageSupportInstanceTypes(asked) {
    const wanted = request(ecs.DescribeImageSupportInstanceTypesRequest, asked.params);
    const { body } = await client(asked).describeImageSupportInstanceTypes(wanted);
    return { Types: body.instanceTypes.instanceType.map((one) => one.instanceTypeId) };
  },
  async DescribeAvailableResource(asked) {
    const wanted = request(ecs.DescribeAvailableResourceRequest, asked.params);
    const [zone] = (await client(asked).describeAvailableResource(wanted)).body.availableZones.availableZone;
    const [resource] = zone.availableResources.availableResource;
    return { Zone: zone.zoneId, Value: resource.supportedResources.supportedResource[0].value };
  },
  async RunInstances(asked) {
    const { body } = await client(asked).runInstances(request(ecs.RunInstancesRequest, asked.params));
    return { Ids: body.instanceIdSets.instanceIdSet };
  },
  async DescribeInstances(asked) {
    const { body } = await client(asked).describeInstances(request(ecs.DescribeInstancesRequest, asked.params));
    const [{ instanceId, status, tags, vpcAttributes }] = body.instances.instance;
    const names = tags.tag.map((tag) => tag.tagKey);
    return { InstanceId: instanceId, Status: status, Tags: names, VSwitchId: vpcAttributes.vSwitchId };
  },
  async DescribeInstanceStatus(asked) {
    const wanted = request(ecs.DescribeInstanceStatusRequest, asked.params);
    const { body } = await client(asked).describeInstanceStatus(wanted);
    const [{ instanceId, status }] = body.instanceStatuses.instanceStatus;
    return { InstanceId: instanceId, Status: status };
  },
  async GetInstanceConsoleOutput(asked) {
    const wanted = request(ecs.GetInstanceConsoleOutputRequest, asked.params);
    return { Output: (await client(asked).getInstanceConsoleOutput(wanted)).body.consoleOutput };
  },
  async GetInstanceScreenshot(asked) {
    const wanted = request(ecs.GetInstanceScreenshotRequest, asked.params);
    return { Screenshot: (await client(asked).getInstanceScreenshot(wanted)).body.screenshot };
  },
  async DescribeCloudAssistantStatus(asked) {
    const wanted = request(ecs.DescribeCloudAssistantStatusRequest, asked.params);
    const { body } = await client(asked).describeCloudAssistantStatus(wanted);
    const [one] = body.instanceCloudAssistantStatusSet.instanceCloudAssistantStatus;
    return { InstanceId: one.instanceId, Status: one.cloudAssistantStatus };
  },
  async RunCommand(asked) {
    const { body } = await client(asked).runCommand(request(ecs.RunCommandRequest, asked.params));
    return { InvokeId: body.invokeId };
  },
  async DescribeInvocationResults(asked) {
    const wanted = request(ecs.DescribeInvocationResultsRequest, asked.params);
    const { body } = await client(asked).describeInvocationResults(wanted);
    const [{ invocationStatus, exitCode, output }] = body.invocation.invocationResults.invocationResult;
    return { Status: invocationStatus, ExitCode: exitCode, Output: output };
  },
  async StopInstance(asked) {
    const { body } = await client(asked).stopInstance(request(ecs.StopInstanceRequest, asked.params));
    return { RequestId: Boolean(body.requestId) };
  },
  async DeleteInstance(asked) {
    const { body } = await client(asked).deleteInstance(request(ecs.DeleteInstanceRequest, asked.params));
    return { RequestId: Boolean(body.requestId) };
  },
  async DeleteInstances(asked) {
    const { body } = await client(asked).deleteInstances(request(ecs.DeleteInstancesRequest, asked.params));
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
