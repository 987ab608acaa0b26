"""Drills in the OpenAPI document: what their operations answer, with an example each. Pure."""

from typing import Any

from .described import BUCKET, EXAMPLE_ID, IMAGE, PREFIX, RETRY, Described, answer

DRILL_ID = "dri-m4x6p3wzab5ck7q2"
SAID = {
    "Imported": "m-bp1h5a0vb2kz3c4xqy7e is Available, with the disks and the boot mode of the manifest",
    "Checked": "image check has found no high risk",
    "PoweredOn": "i-bp1f7q2c5r7e9d0mx4zk is Running, which is the hypervisor's word",
    "Spoke": "the console says 'golden-web login:'",
    "Answered": "Cloud Assistant has not reported in ten minutes; the image may lack it",
}
LEVELS = [
    {"Number": number, "Name": name, "Verdict": "Unproven" if name == "Answered" else "Proved", "Why": why}
    for number, (name, why) in enumerate(SAID.items(), 1)
]
STAGES = [
    {"Name": "Restore", "Seconds": 1260},
    {"Name": "Check", "Seconds": 240},
    {"Name": "Start", "Seconds": 60},
    {"Name": "Speak", "Seconds": 30},
]
PROVED: dict[str, Any] = {
    "DrillId": DRILL_ID,
    "Name": "monthly",
    "ExportId": EXAMPLE_ID,
    "AccountId": "1234567890123456",
    "RegionId": "cn-hangzhou",
    "SourceImageId": IMAGE,
    "SourceImageName": "golden-web-2026-11",
    "Manifest": f"oss://{BUCKET}/{PREFIX}_{IMAGE}.manifest.json",
    "RestoreId": "res-k7q2m4x6p3wzab5c",
    "ImageId": "m-bp1h5a0vb2kz3c4xqy7e",
    "InstanceId": "i-bp1f7q2c5r7e9d0mx4zk",
    "Status": "Completed",
    "Reason": None,
    "Verdict": "Proved",
    "Levels": LEVELS,
    "Stages": STAGES,
    "Evidence": f"oss://{BUCKET}/{PREFIX}_{IMAGE}.drill-20261124-m4x6p3wzab5ck7q2.json",
    "RequestedAt": "2026-11-24T19:00:00Z",
    "FinishedAt": "2026-11-24T19:41:00Z",
    "RequestedBy": {"Trigger": "nightly", "Id": "monthly 2026-11-24"},
    "Error": None,
}
PAGE = {"Drills": [PROVED], "NextToken": None}

OF_DRILLS = {
    "listDrills": Described(
        "Drills, newest first",
        {"200": answer("Drills", "A page; it is the last one only where NextToken is null", PAGE)},
    ),
    "getDrill": Described(
        "A drill, with the verdict of each level",
        {"200": answer("Drill", "The drill; Retry-After until it has ended", PROVED, {"Retry-After": RETRY})},
        ("404",),
    ),
}
