"""What `policy check` says of drills: contradictions are faults, the rest is doubts (docs/policy.md)."""

from typing import Any

import pytest
import yaml

from image_export.decisions.policy.check import check_policy

BOOT = {"vswitch": "vsw-bp1", "security_group": "sg-bp1", "instance_types": ["ecs.t6-c1m1.large"]}
PLAIN: dict[str, Any] = {"name": "monthly", "every": "30d"}
ROLE = "acs:ram::1234567890123456:role/"
ONE_REGION = {"cn-hangzhou": {"bucket": "acme-images-hangzhou"}}
TWO_REGIONS = {**ONE_REGION, "cn-beijing": {"bucket": "acme-images-beijing"}}
NIGHTLY = {"name": "golden", "when": ["nightly"]}


def account(name: str = "prod", number: int = 1234567890123456, **changes: Any) -> dict[str, Any]:
    """One whose exports may be restored."""
    roles = {
        "role_arn": f"acs:ram::{number}:role/image-export",
        "restore_role_arn": f"acs:ram::{number}:role/image-restore",
    }
    found = {"name": name, **roles, "destinations": ONE_REGION, **changes}
    return {word: value for word, value in found.items() if value is not None}


def said(*drills: dict[str, Any], accounts: Any = None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Faults and warnings, each with its path."""
    written = {"version": 1, "accounts": accounts or [account()], "rules": [NIGHTLY], "drills": list(drills)}
    text = yaml.dump(written, Dumper=_Plain)
    checked, _ = check_policy(text.encode())
    return (
        [(one.path, one.message) for one in checked.faults],
        [(one.path, one.message) for one in checked.warnings],
    )


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, _data: Any) -> bool:
        """The policy takes none."""
        return True


@pytest.mark.parametrize(
    "drill",
    [
        PLAIN,
        {**PLAIN, "match": {"rule": "golden", "name": "golden-*", "account": "prod", "region": "cn-hangzhou"}},
        {**PLAIN, "boot": BOOT, "hours": "22:00-04:00", "restore_within": "30m", "every": "1d"},
    ],
)
def test_what_can_be_meant_is_taken_as_it_is(drill: dict[str, Any]) -> None:
    assert said(drill) == ([], [])


@pytest.mark.parametrize(
    ("drill", "path", "words"),
    [
        ({"every": "23h"}, "drills[0].every", "is 23h; a series is drilled once a day at most"),
        ({"hours": "22:00-22:00"}, "drills[0].hours", "is 22:00-22:00, in which no time lies"),
        ({"match": {"account": "lab"}}, "drills[0].match.account", "is lab; the policy's accounts are prod"),
        (
            {"match": {"region": "cn-beijing"}},
            "drills[0].match.region",
            "is cn-beijing; the policy's regions are cn-hangzhou",
        ),
        (
            {"boot": {**BOOT, "instance_types": ["ecs.g7.large", "ecs.t6-c1m1.large", "ecs.g7.large"]}},
            "drills[0].boot.instance_types[2]",
            "ecs.g7.large is named already",
        ),
    ],
)
def test_a_contradiction_is_a_fault(drill: dict[str, Any], path: str, words: str) -> None:
    ((where, what),) = said({**PLAIN, **drill})[0]
    assert (where.removeprefix("policy."), what) == (path, words)


def test_two_entries_of_one_name_are_a_fault() -> None:
    ((where, what),) = said(PLAIN, PLAIN)[0]
    assert (where.removeprefix("policy."), what) == ("drills[1].name", "monthly is taken")


@pytest.mark.parametrize("boot", [None, BOOT])
def test_drills_where_nothing_may_be_restored_are_a_fault(boot: Any) -> None:
    drill = {**PLAIN, **({"boot": boot} if boot else {})}
    ((where, what),) = said(drill, accounts=[account(restore_role_arn=None)])[0]
    assert where.removeprefix("policy.") == "drills[0]"
    assert what == "drills what cannot be restored: no account that it is about has a restore_role_arn"


@pytest.mark.parametrize(
    ("drill", "accounts", "path", "words"),
    [
        ({"match": {"rule": "gone"}}, None, "drills[0].match.rule", "no rule is called gone"),
        (
            {"boot": {**BOOT, "command": "true"}},
            None,
            "drills[0].boot.command",
            "needs Cloud Assistant in the image; where it is not, the last two levels stay Unproven",
        ),
        (
            {"boot": BOOT},
            [account(destinations=TWO_REGIONS)],
            "drills[0].boot.vswitch",
            "is of one region, and the entry is about cn-beijing, cn-hangzhou; name one in match",
        ),
        (
            {"boot": BOOT},
            [account(), account("lab", 6543210987654321, destinations={"cn-hangzhou": {"bucket": "acme-lab"}})],
            "drills[0].boot.vswitch",
            "is of one account, and the entry is about several; name one in match",
        ),
        (
            {},
            [
                account(),
                account(
                    "lab",
                    6543210987654321,
                    restore_role_arn=None,
                    destinations={"cn-hangzhou": {"bucket": "acme-lab"}},
                ),
            ],
            "drills[0]",
            "nothing of lab is drilled, which has no restore_role_arn",
        ),
    ],
)
def test_what_is_hardly_meant_is_a_doubt(drill: dict[str, Any], accounts: Any, path: str, words: str) -> None:
    faults, ((where, what),) = said({**PLAIN, **drill}, accounts=accounts)
    assert faults == []
    assert where.removeprefix("policy.") == path
    assert what.startswith(words)
