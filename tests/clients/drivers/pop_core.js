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
  async AssumeRole(asked) {
    const { Credentials, AssumedRoleUser } = await send(asked);
    const names = ['AccessKeyId', 'AccessKeySecret', 'SecurityToken', 'Expiration'];
    return { Keys: names.every((name) => Credentials[name]), Arn: AssumedRoleUser.Arn };
  },
  NoSuchAction: (asked) => send(asked),
};

serve(CALLS, (fault) => (fault.data && fault.data.Code) || fault.code || fault.name);
