"""Each fact that version 0.1.0 wrote, read with the types of today: what it meant then, and the same bytes again.

The files in tests/ledger/0.1.0 were written by 0.1.0 itself. A test that fails here is an upgrade that loses exports:
put the code right, never a file.
"""

from typing import Any

import msgspec
import pytest

from image_export.use_cases.entrances.reject import Kept, Rejection
from image_export.use_cases.export.client_token import TokenUse
from image_export.use_cases.export.observe import TaskOwner
from image_export.use_cases.export.verbatim_prefix import PrefixUse
from image_export.use_cases.ledger.fact_store import Written
from image_export.values.account import AssumedRole
from image_export.values.arrival import Sighted, Sighting
from image_export.values.cause import Cause
from image_export.values.export import Export, ExportedObject, RequestedBy
from image_export.values.export_request import ExportRequest
from image_export.values.facts import (
    Cancel,
    Claim,
    Delivered,
    Ended,
    Hold,
    Refusing,
    Requested,
    Result,
    Since,
    Span,
    Stalled,
)
from image_export.values.image import Disk, Image
from image_export.values.notify_target import EventBus, Function
from image_export.values.run import Chosen, Decision, Run, Totals

from .golden import V0_1_0, at, body_of, found, read_json

EXPORT = "exp-xuyrdeqrkgnshja4-0003"
PREFIX = "nightlysgqosug6w565c"
SIGHTED = "e847b53db9c5f879622962ae896c7b960dc791130d7b79f2064f095c1e2ddce8"
HISTORY = "history/79730107155959/cn-hangzhou/m-bp146shijn7hujkusyst/exp-xuyrdeqrkgnshja4-0003"


BUS = EventBus(bus="image-export", region="cn-hangzhou")
FC2 = Function(function="after-export", service="images", qualifier="prod")
FC3 = Function(function="after_export", service=None, qualifier=None)

REQUEST = ExportRequest(
    role=AssumedRole(
        account_id="1234567890123456",
        role_arn="acs:ram::1234567890123456:role/image-export",
        external_id="a-word-between-us",
    ),
    region_id="cn-hangzhou",
    image_id="m-bp146shijn7hujkusyst",
    oss_bucket="acme-images-hangzhou",
    caller_prefix="nightly",
    default_prefix=True,
    image_format="qcow2",
    role_name="AcmeImageExport",
    client_token="token-17",
    rule="golden",
    priority=42,
    requested_by=RequestedBy(trigger="http", id="1-6b05d4ae-5228d016-a232e1983ee5"),
    notify=(BUS, FC2, FC3),
    image_name=None,
    after_cancel=False,
    ledger_id="",
)
REQUESTED = Requested(export_id=EXPORT, listed=HISTORY, request=REQUEST)

IMAGE = Image(
    account_id="1234567890123456",
    region_id="cn-hangzhou",
    image_id="m-bp146shijn7hujkusyst",
    name="golden-web 7",
    status="Available",
    created_at=at("2026-11-23T21:14:05Z"),
    disks=(
        Disk(device="/dev/xvda", kind="system", size_gib=40, encrypted=False),
        Disk(device="/dev/xvdb", kind="data", size_gib=100, encrypted=True),
    ),
    size_gib=140,
    tags={"team": "web", "backup": "daily"},
    family="golden",
    os_type="windows",
    platform="Windows Server 2022",
    architecture="x86_64",
    boot_mode="UEFI",
    owner_alias="others",
    product_code="cmjj00017",
)
CAUSE = Cause(
    code="ImageNotSupported",
    message="The specified image is not supported.",
    request_id="C8B26B44-0189-443E-9816-D951F59623A9",
    recommend="Export an image whose system disk is not encrypted.",
)
OBJECTS = (
    ExportedObject(
        key="nightlyk5dqqsbqvdx7a_m-bp146shijn7hujkusyst_system.qcow2.tar.gz",
        size=21474836480,
        etag="0F343B0931126A20F133D67C2B018A3B-5",
        crc64="10428885402303182417",
    ),
    ExportedObject(
        key="nightlyk5dqqsbqvdx7a_m-bp146shijn7hujkusyst_data_xvdb.qcow2.tar.gz",
        size=4096,
        etag="F0F0",
        crc64=None,
    ),
)
VOIDED = Span(since=at("2026-11-24T08:00:00Z"), until=at("2026-11-24T09:31:07Z"))
FAILED = Ended(status="Failed", objects=(), error=CAUSE, http_status=403, image=None, reason=None)
SIGHTING = Sighting(
    event_id="45ef4dewdwe1-7c35-447a-bd93-fab****",
    account_id="1234567890123456",
    region_id="cn-hangzhou",
    image_id="m-bp146shijn7hujkusyst",
    state="Available",
    named_by_creation=True,
)
TOKEN = TokenUse(
    export_id=EXPORT, parameters="kupvbdlf52c3ga3z5f62gievocfequov", asked="6xzg7markdoaw4fp6dguq2aiju5oy5e3"
)
EXPORTED = Export(
    export_id=EXPORT,
    region_id="cn-hangzhou",
    account_id="1234567890123456",
    image_id="m-bp146shijn7hujkusyst",
    image_name="golden-web 7",
    oss_bucket="acme-images-hangzhou",
    oss_prefix=PREFIX,
    image_format="qcow2",
    status="Completed",
    reason="Inferred",
    task_id="tsk-bp67acfmxazb4ph0001",
    export_task_id="tsk-bp67acfmxazb4ph0001",
    progress="100%",
    objects=OBJECTS,
    missing_objects=(),
    manifest=f"oss://acme-images-hangzhou/{PREFIX}_m-bp146shijn7hujkusyst.manifest.json",
    requested_at=at("2026-11-24T08:00:00Z"),
    started_at=at("2026-11-24T08:00:05Z"),
    finished_at=at("2026-11-24T09:00:00Z"),
    requested_by=RequestedBy(trigger="http", id="1-6b05d4ae-5228d016-a232e1983ee5"),
    error=CAUSE,
)
CHOSEN = Decision(
    account_id="1234567890123456",
    region_id="cn-hangzhou",
    image_id="m-bp146shijn7hujkusyst",
    image_name="golden-web 7",
    wanted=True,
    rule="golden",
    reason="Rule golden wants it.",
    warning="ap-southeast-7 offers raw alone.",
    created_at=at("2026-11-23T21:14:05Z"),
    before="failed",
    left_over=True,
    request=REQUEST,
    may_match=False,
    nearly=None,
)
RUN = Run(
    run_id="2026-11-24",
    began_at=at("2026-11-24T01:00:03Z"),
    totals=(
        Totals(
            account_id="1234567890123456",
            region_id="cn-hangzhou",
            images=25,
            recorded=1,
            exported=2,
            cancelled=0,
            left_over=3,
            unwanted=19,
            unreadable=0,
            unfinished=True,
            fault=None,
        ),
        Totals(
            account_id="1234567890123456",
            region_id="cn-shanghai",
            fault="NoPermission: You are not authorized to do this action.",
        ),
    ),
    matched=("backups", "golden"),
    unread=(),
    chosen=(CHOSEN,),
    state="paused",
    listed="",
)
UNDELIVERED = {
    "id": "exp-xuyrdeqrkgnshja4-0003.Completed",
    "source": "image-export",
    "specversion": "1.0",
    "type": "imageexport:Export:Completed",
    "datacontenttype": "application/json",
    "time": "2026-11-24T09:00:00Z",
    "subject": "acs:ecs:cn-hangzhou:1234567890123456:image/m-bp146shijn7hujkusyst",
}

FACTS: dict[str, Any] = {
    "open": REQUESTED,
    "requested": REQUESTED,
    "claim-start": Claim(kind="start", oss_prefix=PREFIX, voids=2, voided=VOIDED, image=IMAGE, task_id=None),
    "claim-adopt": Claim(
        kind="adopt", oss_prefix=PREFIX, voids=1, voided=VOIDED, image=IMAGE, task_id="tsk-bp67acfmxazb4ph0001"
    ),
    "claim-cancel": Claim(kind="cancel", oss_prefix=None, voids=1, voided=VOIDED, image=None),
    "claim-end": Claim(kind="end", voids=3, ended=FAILED),
    "result-started": Result(outcome="started", task_id="tsk-bp67acfmxazb4ph0001", inferred=False),
    "result-inferred": Result(outcome="started", task_id="tsk-bp67acfmxazb4ph0001", inferred=True),
    "result-refused": Result(outcome="refused", cause=CAUSE, http_status=403),
    "result-void": Result(outcome="void", task_id=None, cause=None, http_status=None),
    "cancel": Cancel(requested_by=RequestedBy(trigger="http", id="1-6b05d4ae-5228d016-a232e1983ee6")),
    "stalled": Stalled(progress="37%", reason=None),
    "denied": Since(),
    "vanished": Since(),
    "missed": Since(),
    "ended-completed": Ended(
        status="Completed", objects=OBJECTS, error=None, http_status=None, image=None, reason="Inferred"
    ),
    "ended-failed": FAILED,
    "ended-cancelled": Ended(status="Cancelled", objects=(), error=None, reason="CancelRequested"),
    "told-manifest": Delivered(given_up=False),
    "told-manifest-given-up": Delivered(given_up=True),
    "told-event": Delivered(given_up=False),
    "told-event-given-up": Delivered(given_up=True),
    "refused-event": Refusing(),
    "history-ended": EXPORTED,
    "token": TOKEN,
    "token-2": TOKEN,
    "task": TaskOwner(export_id=EXPORT),
    "prefix": PrefixUse(export_id=EXPORT),
    "prefix-2": PrefixUse(export_id=EXPORT),
    "hold-concurrent": Hold(code="ConcurrentQuotaExceed.ExportImage", until=None),
    "hold-weekly": Hold(code="WeeklyQuotaExceed.ExportImage", until=at("2026-11-25T08:00:00Z")),
    "sighted": Sighted(
        event_id="45ef4dewdwe1-7c35-447a-bd93-fab****",
        account_id="1234567890123456",
        region_id="cn-hangzhou",
        image_id="m-bp146shijn7hujkusyst",
        state="Available",
        named_by_creation=True,
        named_at=None,
        available=False,
    ),
    "rejected-sighting": Rejection(
        digest=SIGHTED,
        cause=CAUSE,
        notify=(BUS, FC2, FC3),
        kept=Kept(sighting=SIGHTING, body=None, position=0, region_id=""),
    ),
    "rejected-event": Rejection(
        digest=SIGHTED,
        cause=CAUSE,
        notify=(BUS,),
        kept=Kept(sighting=None, body='{"ImageId": 7}', position=3, region_id="cn-hangzhou"),
    ),
    "rejected-told": Delivered(given_up=False),
    "nightly-run": RUN,
    "nightly-chosen": Chosen(
        images=("1234567890123456/cn-hangzhou/m-bp146shijn7hujkusyst", "1234567890123456/cn-hangzhou/m-2")
    ),
}
NAMES_ALONE = {
    "history-open": HISTORY,
    "running": f"running/1234567890123456/cn-hangzhou/tsk-bp67acfmxazb4ph0001/{EXPORT}/20261124T134005Z",
    "running-stalled": f"running/1234567890123456/cn-hangzhou/tsk-bp67acfmxazb4ph0001/{EXPORT}/-",
    "waiting": f"waiting/1234567890123456/cn-hangzhou/9957/20261124T080000Z/{EXPORT}",
    "due-export": f"due/20261124T080500Z/{EXPORT}",
    "due-sighted": f"due/20261124T080100Z/sighted-{SIGHTED}",
    "due-rejected": f"due/20261124T080100Z/rejected-{SIGHTED}",
    "swept-markers": "swept/markers",
    "swept-group": "swept/1234567890123456/cn-hangzhou",
    "known": "known/1234567890123456/cn-hangzhou/xuyrdeqrkgnshja4/0003",
    "failed": "failed/1234567890123456/cn-hangzhou/xuyrdeqrkgnshja4/0003",
}


def test_no_file_is_left_out() -> None:
    assert {path.stem for path in V0_1_0.glob("*.json")} == {*FACTS, *NAMES_ALONE, "untold"}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_read_as_it_was_meant(name: str) -> None:
    assert found(name, type(FACTS[name])).fact == FACTS[name]


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_written_again_in_the_same_bytes(name: str) -> None:
    entry = read_json(f"{name}.json")
    today = msgspec.json.decode(
        msgspec.json.encode(Written(nonce=found(name, type(FACTS[name])).nonce, fact=FACTS[name]))
    )
    assert msgspec.json.encode(_known_then(today, entry["Body"])) == body_of(entry)


def _known_then(today: Any, then: Any) -> Any:
    """Today's JSON without the fields that 0.1.0 did not have."""
    if isinstance(then, dict):
        return {name: _known_then(value, then[name]) for name, value in today.items() if name in then}
    if isinstance(then, list) and len(then) == len(today):
        return [_known_then(*pair) for pair in zip(today, then, strict=True)]
    return today


def test_an_event_that_was_not_delivered_is_read() -> None:
    event = found("untold", dict[str, Any]).fact
    assert {name: value for name, value in event.items() if name != "data"} == UNDELIVERED
    assert msgspec.convert(event["data"], Export) == EXPORTED


@pytest.mark.parametrize("name", NAMES_ALONE)
def test_a_name_has_no_body(name: str) -> None:
    entry = read_json(f"{name}.json")
    assert (entry["Key"], entry["Body"]) == (NAMES_ALONE[name], None)


def test_a_fact_has_the_time_and_the_writer_that_it_had() -> None:
    fact = found("result-started", Result)
    assert (fact.at, fact.nonce) == (at("2026-11-24T08:00:00Z"), "00000000000000000000000000000006")
