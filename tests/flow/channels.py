"""A deployment whose policy names a channel of each kind and a heartbeat, and receivers of the emulator behind them."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from alicloud_emulator.running import RunningEmulator
from tests.linked_code import CODE, deployed_to

from .entrance import TOKEN, accepting
from .world import ROOT, World, still_functions

UUID = "0b0f2f0e-5a1c-4c3e-9d53-7f1f5f6c2a{:02d}"  # made up, as all of these
RECEIVERS: Mapping[str, Mapping[str, str]] = {
    "webhook": {"token": "ops", "secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
    "dingtalk": {"token": "ab" * 32, "secret": "SEC8d2f0c1e5b7a49d6"},
    "feishu": {"token": UUID.format(1), "secret": "8d2f0c1e5b7a49d6"},
    "wecom": {"token": UUID.format(2)},
    "slack": {"token": "T0MADEUP/B0MADEUP/abcdefghijkl"},
    "heartbeat": {"token": UUID.format(3)},
}
PATHS = {
    "webhook": "/webhooks/",
    "dingtalk": "/robot/send?access_token=",
    "feishu": "/open-apis/bot/v2/hook/",
    "wecom": "/cgi-bin/webhook/send?key=",
    "slack": "/services/",
    "heartbeat": "/ping/",
}
KINDS = tuple(kind for kind in RECEIVERS if kind != "heartbeat")
CHATS = KINDS[1:]


def policy_naming(*kinds: str, **events: list[str]) -> dict[str, Any]:
    """The policy that ships with these channels and a heartbeat; `events` of a kind in place of what it hears of."""
    policy: dict[str, Any] = yaml.safe_load((CODE / "policy.yaml").read_text())
    for kind in kinds:
        entry: dict[str, Any] = {"name": "oncall", "url": f"env:IMAGE_EXPORT_{kind.upper()}_URL"}
        if "secret" in RECEIVERS[kind]:
            entry["secret"] = f"env:IMAGE_EXPORT_{kind.upper()}_SECRET"
        policy["notify"].append({kind: {**entry, **({"events": events[kind]} if kind in events else {})}})
    return {**policy, "heartbeat": {"url": "env:IMAGE_EXPORT_HEARTBEAT_URL", "every": "5m"}}


def code_with(folder: Path, policy: Mapping[str, Any] | str) -> Path:
    """The functions' code with this policy, or this text in its place."""
    code = deployed_to(folder)
    (code / "policy.yaml").write_text(policy if isinstance(policy, str) else json.dumps(policy))
    return code


def ground() -> dict[str, Any]:
    """What ships, the receivers, and the variables that lead to them."""
    shipped = yaml.safe_load((ROOT / "ground.yaml").read_text())
    variables = {
        f"IMAGE_EXPORT_{kind.upper()}_URL": f"{{endpoint}}{PATHS[kind]}{RECEIVERS[kind]['token']}" for kind in PATHS
    }
    variables |= {
        f"IMAGE_EXPORT_{kind.upper()}_SECRET": one["secret"] for kind, one in RECEIVERS.items() if "secret" in one
    }
    receivers = [{"name": kind, "kind": kind, **one} for kind, one in RECEIVERS.items()]
    return {**shipped, "environment": {**shipped["environment"], **variables}, "receivers": receivers}


class Reached(World):
    """A world whose people can be reached."""

    def receiver(self, kind: str, **changes: Any) -> None:
        """The kind's receiver is like this from now on, and has taken nothing yet."""
        self.emulator.post(f"receivers/{kind}", {"kind": kind, **RECEIVERS[kind], **changes})

    def arrived(self, kind: str, about: str = "") -> list[dict[str, Any]]:
        """What reached a receiver, accepted or not, in order; `about` stands in each message."""
        rows = self.emulator.state("received")
        return [row for row in rows if row.get("receiver") == kind and about in json.dumps(row["message"])]

    def accepted(self, kind: str, about: str = "") -> list[dict[str, Any]]:
        """What a receiver has taken of it."""
        return [row for row in self.arrived(kind, about) if row["verdict"] == "accepted"]

    def logged(self, event: str, kind: str, event_id: str) -> list[dict[str, Any]]:
        """The lines about a delivery to a channel."""
        lines = [one["line"] for one in self.emulator.get("logs")]
        read = [json.loads(line) for line in lines if f'"{event}"' in line]
        return [one for one in read if one["target"] == f"{kind}:oncall" and one["event_id"] == event_id]

    def ticks_until(self, done: Callable[[], Any], most: int) -> int:
        """Let minutes pass until that is so; answers how many it took."""
        for number in range(1, most + 1):
            self.pass_time(61)
            if done():
                return number
        raise AssertionError(f"not within {most} minutes")


@contextmanager
def reaching(folder: Path, policy: Mapping[str, Any], **replaced: str) -> Iterator[Reached]:
    """The deployment; `replaced` in its s.yaml."""
    code = code_with(folder / "code", policy)
    (folder / "ground.yaml").write_text(json.dumps(ground()))
    functions = still_functions(folder, **accepting(TOKEN), **{f"'{CODE}'": f"'{code}'", **replaced})
    given = ("--functions", str(functions), "--ground", str(folder / "ground.yaml"), "--speed", "1", "--events", "none")
    with RunningEmulator(*given, log=folder / "functions.log") as running:
        yield Reached(running)
