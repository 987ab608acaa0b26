"""The chat of the demo: a robot in a DingTalk group, for which the demo adds one line to the policy that ships.

Its address and its secret are made up for each run. The watcher has them in its variables, as `s.yaml` names them.
"""

import json
import re
import secrets
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from alicloud_emulator import ground

NAME = "dingtalk:oncall"
URL, SECRET = "IMAGE_EXPORT_DINGTALK_URL", "IMAGE_EXPORT_DINGTALK_SECRET"
ENTRY = f"- dingtalk: {{name: oncall, url: env:{URL}, secret: env:{SECRET}, events: [Completed, Failed]}}\n"
TARGETS = re.compile(r"^(notify:[ \t]*(?:#.*)?\n)( *)(?=-)", re.MULTILINE)
POLICY = "policy.yaml"


class Chat:
    """A robot that no other run has, and files for an emulator that has it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._token, self._secret = secrets.token_hex(32), f"SEC{secrets.token_hex(32)}"

    @property
    def secrets(self) -> tuple[str, str]:
        """What no log may hold."""
        return self._token, self._secret

    def ground(self, shipped: Path, **more: Any) -> Path:
        """The ground that ships, the robot, the variables that lead to it, and more. Raises SettingsError."""
        named = {**ground.read(shipped), **more}
        url = f"{ground.ENDPOINT}/robot/send?access_token={self._token}"
        robot = {"name": "oncall", "kind": "dingtalk", "token": self._token, "secret": self._secret}
        named["environment"] = {**named.get("environment", {}), URL: url, SECRET: self._secret}
        named["receivers"] = [*named.get("receivers", []), robot]
        file = self._folder / "ground.yaml"
        file.write_text(json.dumps(named, default=str))
        return file

    def code(self, given: Path, *others: Callable[[str], str]) -> Path:
        """A copy of the functions' folder or zip whose policy names the robot, and has others' changes.

        What is neither stays as it is.
        """

        def changed(policy: str) -> str:
            for change in (with_chat, *others):
                policy = change(policy)
            return policy

        copy = self._folder / given.name
        if given.is_dir():
            shutil.copytree(given, copy, ignore=shutil.ignore_patterns("__pycache__"))
            policy = copy / POLICY
            policy.write_text(changed(policy.read_text()))
        elif zipfile.is_zipfile(given):
            with zipfile.ZipFile(given) as shipped, zipfile.ZipFile(copy, "w") as written:
                for entry in shipped.infolist():
                    body = shipped.read(entry)
                    written.writestr(entry, changed(body.decode()) if entry.filename == POLICY else body)
        else:
            return given
        return copy


def with_chat(policy: str) -> str:
    """The policy with the chat before its other targets; behind it all, where it has none."""
    if not re.search("^notify:", policy, re.MULTILINE):
        return f"{policy}\nnotify:\n{ENTRY}"
    return TARGETS.sub(rf"\g<1>\g<2>{ENTRY}\g<2>", policy, count=1)


def lines_of(message: Mapping[str, Any]) -> list[str]:
    """The card as the robot got it: its title, and what stands below it."""
    return [str(message["markdown"]["title"]), *str(message["markdown"]["text"]).split("  \n")[1:]]
