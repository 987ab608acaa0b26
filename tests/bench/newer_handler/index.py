"""The same start of an export as somebody would write it with the newer vendor SDKs: the measure of the cold start.

One file, everything imported at the top, as their examples do. It makes the same calls as ours, but for the second
notify target, which it leaves out. Never ships; runs in a process of its own.
"""

import hashlib
import json
import os
import uuid
from typing import Any

import alibabacloud_oss_v2 as oss
from alibabacloud_ecs20140526 import models as ecs_models
from alibabacloud_ecs20140526.client import Client as Ecs
from alibabacloud_eventbridge20200401 import models as bridge_models
from alibabacloud_eventbridge20200401.client import Client as EventBridge
from alibabacloud_sts20150401 import models as sts_models
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.utils_models import Config

ROLE = "acs:ram::1234567890123456:role/image-export"
BUS = "image-export"
LEDGER = "image-export-ledger-1234567890123456"
KEY = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")
NAMES = ("known", "history", "due", "open", "requested")


def config(region: str, key_id: str, secret: str, token: str | None = None) -> Config:
    """One key, and the one endpoint that serves all."""
    scheme, _, host = os.environ["IMAGE_EXPORT_ENDPOINT"].partition("://")
    return Config(
        access_key_id=key_id,
        access_key_secret=secret,
        security_token=token,
        region_id=region,
        endpoint=host,
        protocol=scheme,
    )


def ledger(region: str, key_id: str, secret: str, token: str | None = None) -> oss.Client:
    """The bucket that is written down in."""
    options = oss.config.load_default()
    options.credentials_provider = oss.credentials.StaticCredentialsProvider(key_id, secret, token)
    options.region, options.endpoint = region, os.environ["IMAGE_EXPORT_ENDPOINT"]
    options.use_path_style = options.disable_ssl = True
    return oss.Client(options)


def write(client: oss.Client, key: str, **fact: Any) -> None:
    """One fact, created once."""
    body = json.dumps({"nonce": uuid.uuid4().hex, **fact}).encode()
    client.put_object(oss.PutObjectRequest(bucket=LEDGER, key=f"newer/{key}", body=body, forbid_overwrite=True))


def read(client: oss.Client, key: str) -> bytes:
    """One fact as it stands."""
    with client.get_object(oss.GetObjectRequest(bucket=LEDGER, key=f"newer/{key}")).body as body:
        found: bytes = body.read()
    return found


def assume(client: Sts) -> Any:
    """The credentials of the role."""
    wanted = sts_models.AssumeRoleRequest(role_arn=ROLE, role_session_name="newer", duration_seconds=3600)
    return client.assume_role(wanted).body.credentials


def started(bus: EventBridge, export: dict[str, Any]) -> None:
    """Tell the bus."""
    event = bridge_models.PutEventsRequestEventList(
        id=export["ExportId"],
        source="newer",
        spec_version="1.0",
        type="imageexport:Export:Started",
        data=json.dumps(export),
    )
    bus.put_events(bridge_models.PutEventsRequest(event_bus_name=BUS, event_list=[event]))


def on_event(event: bytes, context: Any) -> dict[str, Any]:
    """Record, start and tell, as the measured functions do for a direct request."""
    asked = json.loads(event)
    region, image_id = asked["RegionId"], asked["ImageId"]
    own = [os.environ[name] for name in KEY if os.environ.get(name)]
    facts = ledger(region, *own)
    if facts.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=LEDGER)).version_status:
        raise RuntimeError("the ledger is versioned")
    role = assume(Sts(config(region, *own)))
    ecs = Ecs(config(region, role.access_key_id, role.access_key_secret, role.security_token))
    found = ecs.describe_images(ecs_models.DescribeImagesRequest(region_id=region, image_id=image_id)).body.images
    export_id = "exp-" + hashlib.sha256(image_id.encode()).hexdigest()[:16]
    facts.list_objects_v2(oss.ListObjectsV2Request(bucket=LEDGER, prefix=f"newer/{export_id}/"))
    for name in NAMES:
        write(facts, f"{export_id}/{name}", image=found.image[0].image_name)
    write(facts, f"{export_id}/claim-0001", request=context.request_id)
    wanted = ecs_models.ExportImageRequest(region_id=region, image_id=image_id, image_format="raw")
    wanted.ossbucket, wanted.ossprefix = asked["OSSBucket"], export_id.replace("-", "")
    task = ecs.export_image(wanted).body
    write(facts, f"{export_id}/result-0001", task=task.task_id)
    write(facts, f"{export_id}/running", task=task.task_id)
    write(facts, f"{export_id}/task", task=task.task_id)
    standing = [read(facts, f"{export_id}/{name}") for name in ("requested", "claim-0001", "result-0001")]
    export = {"ExportId": export_id, "TaskId": task.task_id, "Status": "Exporting", "Facts": len(standing)}
    started(EventBridge(config(region, *own)), export)
    write(facts, f"{export_id}/told-started")
    return {"Exports": [export]}
