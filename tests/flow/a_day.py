"""What an operator has on a day: three accounts, four regions, 2,000 images, and a policy. Starts nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from alicloud_emulator.running import RunningEmulator
from tests.ground import written
from tests.linked_code import CODE, deployed_to

from .world import still_functions

OURS, SHOP, LAB = "1234567890123456", "2222222222222222", "3333333333333333"
GROUPS = (
    (OURS, "cn-hangzhou"),
    (OURS, "cn-shanghai"),
    (SHOP, "cn-hangzhou"),
    (SHOP, "cn-beijing"),
    (LAB, "ap-southeast-1"),
)
IMAGES, EVERY = 2_000, 402  # of so many images a night wants two
FAILS = {"outcome": "fail", "takes_s": 600, "message": "Sector 7 is gone."}
POLICY = f"""version: 1
accounts:
  - name: prod
    role_arn: acs:ram::{OURS}:role/image-export
    destinations:
      cn-hangzhou: {{bucket: acme-images-hangzhou, prefix: nightly}}
      cn-shanghai: {{bucket: acme-images-shanghai}}
  - name: shop
    role_arn: acs:ram::{SHOP}:role/image-export
    destinations:
      cn-hangzhou: {{bucket: acme-images-shop-hangzhou}}
      cn-beijing: {{bucket: acme-images-shop-beijing}}
  - name: lab
    role_arn: acs:ram::{LAB}:role/image-export
    destinations:
      ap-southeast-1: {{bucket: acme-images-lab-singapore}}
rules:
  - name: golden
    when: [image-created, nightly]
    match: {{name: "golden-*"}}
    priority: 10
  - name: backups
    when: [nightly]
    match: {{tags: {{backup: daily}}, newer_than: 90d}}
    max_per_run: 20
notify:
  - eventbridge: {{bus: image-export, region: cn-hangzhou}}
"""


def arguments(folder: Path) -> tuple[str, ...]:
    """What `alicloud-emulator` is given: no timers, no events, time by hand. The folder gets `s.yaml`."""
    code = deployed_to(folder / "code")
    (code / "policy.yaml").write_text(POLICY)
    ground = written(folder, yaml.safe_load(POLICY))
    functions = still_functions(folder, **{str(CODE): str(code)})
    return ("--functions", str(functions), "--ground", str(ground), "--speed", "1", "--events", "none")


def images(created: str) -> Iterator[dict[str, Any]]:
    """The images, in turn of each account and region; of those that are wanted half are golden, half have a tag.

    Of the ones with a tag some cannot be exported.
    """
    for number in range(IMAGES):
        account, region = GROUPS[number % len(GROUPS)]
        kind = {7: "golden-web", 27: "nightly-db"}.get(number % EVERY, "scratch")
        tags = [{"TagKey": "backup", "TagValue": "daily"}] if kind == "nightly-db" else []
        yield {
            "ImageId": f"m-bp1day{number:013d}",
            "RegionId": region,
            "ImageOwnerId": int(account),
            "ImageName": f"{kind}-{number:04d}",
            "Status": "Available",
            "CreationTime": created,
            "Tags": {"Tag": tags},
            "_export": FAILS if kind == "nightly-db" and number % 4 == 3 else {"outcome": "finish", "takes_s": 600},
        }


def furnish(emulator: RunningEmulator) -> None:
    """Make the images; one export runs at a time in each account and region."""
    emulator.post("quotas", {"concurrent_exports": 1, "weekly_exports": 100_000, "api_qps": 10_000})
    created = datetime.fromisoformat(emulator.get("clock")["now"]) - timedelta(days=30)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda image: emulator.post("images", image), images(f"{created:%Y-%m-%dT%H:%M:%SZ}")))
