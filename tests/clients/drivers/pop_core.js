// @alicloud/pop-core, signing with HMAC-SHA1, by GET or POST.
'use strict';
const RPCClient = require('@alicloud/pop-core');
const { serve } = require('./asking');

const VERSIONS = { AssumeRole: '2015-04-01' };

/** The answer as the client decodes it. */
function send(asked, action = asked.call) {
  const client = new RPCClient({
    accessKeyId: asked.key_id,
    accessKeySecret: asked.secret,
    ...(asked.token ? { securityToken: asked.token } : {}),
    endpoint: asked.endpoint,
    apiVersion: VERSIONS[action] || '2014-05-26',
  });
  return client.request(action, asked.params, { method: asked.method, timeout: 20000 });
}

/** Nothing but the request's id. */
async function done(asked) {
  return { RequestId: Boolean((await send(asked)).RequestId) };
}

/** `Features.NvmeSupport` and the like: the client spells out lists, and no objects. */
function spelledOut(params) {
  const parts = Object.entries(params).map(([name, value]) =>
    name === 'Features' ? Object.entries(value).map(([inner, text]) => [`${name}.${inner}`, text]) : [[name, value]]
  );
  return Object.fromEntries(parts.flat());
}

const CALLS = {
  async DescribeImages(asked) {
    const [image] = (await send(asked)).Images.Image;
    const disks = image.DiskDeviceMappings.DiskDeviceMapping;
    return { ImageId: image.ImageId, Status: image.Status, Size: image.Size, Disks: disks.map((disk) => disk.Type) };
  },
  async ExportImage(asked) {
    const { TaskId, RegionId } = await send(asked);
    return { TaskId, RegionId };
  },
  async DescribeTasks(asked) {
    const { TaskSet, TotalCount } = await send(asked);
    const [{ TaskId, TaskAction }] = TaskSet.Task;
    return { TaskId, TaskAction, TotalCount };
  },
  async DescribeTaskAttribute(asked) {
    const { TaskId, TaskAction, TaskProcess } = await send(asked);
    return { TaskId, TaskAction, TaskProcess };
  },
  async CancelTask(asked) {
    return { RequestId: Boolean((await send(asked)).RequestId) };
  },
  async ImportImage(asked) {
    const { ImageId, TaskId, RegionId } = await send({ ...asked, params: spelledOut(asked.params) });
    return { ImageId, TaskId, RegionId };
  },
  ModifyImageAttribute: done,
  DeleteImage: done,
  DeleteSnapshot: done,
  async DescribeSnapshots(asked) {
    const [{ SnapshotId, Status, Usage, SourceDiskSize }] = (await send(asked)).Snapshots.Snapshot;
    return { SnapshotId, Status, Usage, SourceDiskSize };
  },
  async DescribeImageSupportInstanceTypes(asked) {
    return { Types: (await send(asked)).InstanceTypes.InstanceType.map((one) => one.InstanceTypeId) };
  },
  async DescribeAvailableResource(asked) {
    const [zone] = (await send(asked)).AvailableZones.AvailableZone;
    const [resource] = zone.AvailableResources.AvailableResource;
    return { Zone: zone.ZoneId, Value: resource.SupportedResources.SupportedResource[0].Value };
  },
  async RunInstances(asked) {
    return { Ids: (await send(asked)).InstanceIdSets.InstanceIdSet };
  },
  async DescribeInstances(asked) {
    const [{ InstanceId, Status, Tags, VpcAttributes }] = (await send(asked)).Instances.Instance;
    return { InstanceId, Status, Tags: Tags.Tag.map((tag) => tag.TagKey), VSwitchId: VpcAttributes.VSwitchId };
  },
  async DescribeInstanceStatus(asked) {
    const [{ InstanceId, Status }] = (await send(asked)).InstanceStatuses.InstanceStatus;
    return { InstanceId, Status };
  },
  async GetInstanceConsoleOutput(asked) {
    return { Output: (await send(asked)).ConsoleOutput };
  },
  async GetInstanceScreenshot(asked) {
    return { Screenshot: (await send(asked)).Screenshot };
  },
  async DescribeCloudAssistantStatus(asked) {
    const [one] = (await send(asked)).InstanceCloudAssistantStatusSet.InstanceCloudAssistantStatus;
    return { InstanceId: one.InstanceId, Status: one.CloudAssistantStatus };
  },
  async RunCommand(asked) {
    return { InvokeId: (await send(asked)).InvokeId };
  },
  async DescribeInvocationResults(asked) {
    const [one] = (await send(asked)).Invocation.InvocationResults.InvocationResult;
    return { Status: one.InvocationStatus, ExitCode: one.ExitCode, Output: one.Output };
  },
  StopInstance: done,
  DeleteInstance: done,
  DeleteInstances: done,
  async AssumeRole(asked) {
    const { Credentials, AssumedRoleUser } = await send(asked);
    const names = ['AccessKeyId', 'AccessKeySecret', 'SecurityToken', 'Expiration'];
    return { Keys: names.every((name) => Credentials[name]), Arn: AssumedRoleUser.Arn };
  },
  NoSuchAction: (asked) => send(asked),
};

serve(CALLS, (fault) => (fault.data && fault.data.Code) || fault.code || fault.name);
