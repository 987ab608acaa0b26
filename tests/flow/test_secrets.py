"""No secret in any log line, fact, event or answer, whatever the cloud quotes (docs/protocol.md#p5).

The keys are those that the emulator really issued.
"""

import json

import alibabacloud_oss_v2 as oss
import pytest

from tests.sampling import sampled

from .entrance import Entrance
from .world import ACCOUNT, World, bucket_client

WRONGS = [
    ("ecs", "DescribeImages", "reset_before"),
    ("ecs", "ExportImage", "garbage"),
    ("ecs", "DescribeTasks", "code:SignatureDoesNotMatch"),
    ("oss", "GetObject", "reset_after"),
    ("oss", "PutObject", "http_500"),
    ("sts", "AssumeRole", "code:NoPermission"),
    ("sts", "AssumeRole", "garbage"),
    ("eventbridge", "PutEvents", "code:InvalidSecurityToken.Expired"),
    ("fc", "InvokeFunction", "reset_before"),
    ("fc", "InvokeFunction", "code:AccessDenied"),
]


def test_no_log_line_holds_a_secret_whatever_goes_wrong(world: World) -> None:
    for service, action, kind in WRONGS:
        world.emulator.advance(4000)  # past the cached sessions
        world.emulator.fault(service, action, kind, times=2)
        image = world.image()
        world.tell(image)
        world.pass_time(700)
        world.emulator.delete("faults")
    keys = world.emulator.get("keys")
    log = "\n".join(one["line"] for one in world.emulator.get("logs"))
    secrets = [secret for key in keys for secret in (key["secret"], key["security_token"]) if secret]
    assert len(secrets) > 20
    assert "look.failed" in log
    assert [secret for secret in secrets if secret in log] == []


QUOTED = [
    "SecurityToken=<token>",
    "The security token <token> is malformed.",
    "The security token '<token>' has expired",
    "token (<token>) is not known here",
    "<token>",
    "Credentials: <secret>/<token>",
    "The key whose secret is <secret> is inactive.",
    "expected <secret>, found another",
    "StringToSign: GET&%2F&SecurityToken%3D<quoted token>%26Version%3D2014",
    "The parameter <quoted token> cannot be read.",
    '{"Credentials": {"SecurityToken": "<token>", "AccessKeySecret": "<secret>"}}',
    "<Token><token></Token>",
    "received:<token>,<token>;<secret>",
    "x-oss-security-token:<token>\nx-oss-date:20261124",
    "prefix<token>suffix and\u00a0<secret>\u00a0there",
    "Bearer <token>",
]


# Bare, within words, encoded, in JSON, run together; tests/edges/test_logs.py has more shapes.
KEPT = (3, 4, 7, 8, 10, 14)


@pytest.mark.parametrize("said", sampled(QUOTED, lambda said: QUOTED.index(said) in KEPT))
def test_what_the_cloud_quotes_of_our_keys_is_in_no_answer_fact_event_or_log(
    world: World, entrance: Entrance, said: str
) -> None:
    emulator = world.emulator
    sure = f"Quoted: {said}"
    emulator.fault("ecs", "ExportImage", "code:InvalidParameter", says=sure)
    image = world.image()
    answered = entrance.post(image)
    assert answered.value["Message"].startswith("Quoted: ")
    export_id = answered.headers["location"].rpartition("/")[2]
    emulator.fault("ecs", "DescribeImages", "code:Forbidden.RAM", says=sure)
    looked = entrance.post(world.image())
    emulator.delete("faults")
    emulator.fault("eventbridge", "PutEvents", "code:InvalidArgument", says=sure, times=2)
    emulator.fault("fc", "InvokeFunction", "code:AccessDenied", says=sure, times=2)
    world.pass_time(700)
    emulator.delete("faults")
    world.pass_time(700)
    shown = [answered.body, looked.body, entrance.get(export_id).body, *facts_of(world, export_id)]
    shown += [json.dumps(world.delivered(image)).encode(), *(one["line"].encode() for one in emulator.get("logs"))]
    keys = emulator.get("keys")
    secrets = [secret for key in keys for secret in (key["secret"], key["security_token"]) if secret]
    assert world.delivered(image)
    assert b"Quoted" in b"".join(facts_of(world, export_id))
    assert [secret for secret in secrets if any(secret.encode() in one for one in shown)] == []


def facts_of(world: World, export_id: str) -> list[bytes]:
    """The bodies of an export's objects in the ledger."""
    client, bucket = bucket_client(world.emulator), f"image-export-ledger-{ACCOUNT}"
    keys = world.ledger(export_id)
    return [client.get_object(oss.GetObjectRequest(bucket=bucket, key=key)).body.read() for key in keys]
