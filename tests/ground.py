"""What an emulated account has where a test brings a policy of its own, or no template. Starts nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alicloud_emulator import ground

ROOT = Path(__file__).parent.parent
ACCOUNT, REGION = "1234567890123456", "cn-hangzhou"
SHIPPED = ground.read(ROOT / "ground.yaml")
ROLES = ("image-export-event", "image-export-watch", "image-export")
TRUST: Any = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"RAM": [f"acs:ram::{ACCOUNT}:root"], "Service": ["fc.aliyuncs.com"]},
}
ANYTHING = {"trust": {"Version": "1", "Statement": [TRUST]}, "policies": ["System:AdministratorAccess"]}
# Without a template: the ledger's bucket, and roles that may do everything.
OPEN: dict[str, Any] = {
    **SHIPPED,
    "buckets": [{"name": f"image-export-ledger-{ACCOUNT}"}, *SHIPPED["buckets"]],
    "ram": {"roles": dict.fromkeys(ROLES, ANYTHING)},
}


def of_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    """What a policy names: buckets, buses, functions of FC 2.0, and the template's stack in each further account."""
    accounts = [(account["role_arn"].split(":")[3], account) for account in policy["accounts"]]
    targets = policy.get("notify", [])
    return {
        "environment": SHIPPED["environment"],
        "stacks": [_stack(owner, account) for owner, account in accounts if owner != ACCOUNT],
        "buckets": [
            {"name": one["bucket"], "region": region, "account_id": owner}
            for owner, account in accounts
            for region, one in account["destinations"].items()
        ],
        "buses": [{"name": one["eventbridge"]["bus"], "region": REGION} for one in targets if "eventbridge" in one],
        "services": [one["function"] for one in targets if "service" in one.get("function", {})],
    }


def _stack(owner: str, account: Mapping[str, Any]) -> dict[str, Any]:
    """The stack of template.yml in a further account, as its owner creates it."""
    parameters = {"HomeAccountId": ACCOUNT, "ExternalId": account.get("external_id", "")}
    return {"template": str(ROOT / "template.yml"), "account_id": owner, "parameters": parameters}


def written(folder: Path, policy: Mapping[str, Any]) -> Path:
    """The same as a file for `--ground`."""
    file = folder / "ground.yaml"
    file.write_text(json.dumps(of_policy(policy)))
    return file
