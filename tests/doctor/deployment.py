"""A deployment on an emulated cloud, and what the doctor says of it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import yaml
from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

from alicloud_emulator.cloud import Settings
from image_export_cli.deployment.finding import Finding
from image_export_cli.doctor.examination import examine
from image_export_cli.doctor.examined import NOTHING_MORE, Evidence
from image_export_cli.session import Session
from tests.emulator.world import World
from tests.ground import SHIPPED
from tests.linked_code import deployed_to

ROOT = Path(__file__).parent.parent.parent
ACCOUNT, LEDGER, BUCKET = "1234567890123456", "image-export-ledger-1234567890123456", "acme-images-hangzhou"


def files_of(folder: Path) -> Path:
    """The project's s.yaml with the code and policy beside it; answers where it is."""
    deployed_to(folder / "code")
    text = (ROOT / "s.yaml").read_text()
    (folder / "s.yaml").write_text(re.sub(r"\n  code: .*", "\n  code: code", text, count=1))
    return folder / "s.yaml"


def settings_of(file: Path, **more: Any) -> Settings:
    """The cloud that these files are deployed to. Its clock all but stands, and no timer fires by itself."""
    still = file.with_name("still.yaml")
    still.write_text(file.read_text().replace("enable: true", "enable: false"))
    return Settings(speed=0.01, functions=still, template=ROOT / "template.yml", ground=SHIPPED, **more)


def set_everywhere(file: Path, name: str, value: str) -> None:
    """Give every function of an s.yaml this environment variable."""
    document = yaml.safe_load(file.read_text())
    for resource in document["resources"].values():
        environment = resource["props"]["environmentVariables"]
        known = document["vars"]["environment"] if isinstance(environment, str) else environment
        known[name] = value
    file.write_text(yaml.safe_dump(document))


class EmulatedDeployment:
    """One deployment."""

    def __init__(self, world: World, file: Path) -> None:
        self.world = world
        self.cloud = world.cloud
        self.file = file
        self.environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": world.administrator.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": world.administrator.secret,
            "IMAGE_EXPORT_ENDPOINT": world.endpoint,
        }
        for name in self.cloud.fc.by_name:
            self.retrigger(name, enable=True)

    def redeploy(self, name: str, **changes: Any) -> None:
        """Let FC have the function otherwise than s.yaml says."""
        known = self.cloud.fc.by_name
        known[name] = replace(known[name], **changes)

    def retrigger(self, name: str, **settings: Any) -> None:
        """Let FC have the settings of the function's triggers otherwise; what they do stays as it was."""
        triggers = self.cloud.fc.by_name[name].triggers
        self.redeploy(name, triggers=tuple(replace(one, settings={**one.settings, **settings}) for one in triggers))

    @property
    def policy(self) -> Path:
        """policy.yaml as the doctor reads it."""
        return self.file.parent / "code" / "policy.yaml"

    def change(self, file: Path, old: str, new: str) -> None:
        """Change what stands in a file."""
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def set_everywhere(self, name: str, value: str) -> None:
        """Give every function of s.yaml this environment variable."""
        set_everywhere(self.file, name, value)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Write an object."""
        self.world.oss().put_object(oss.PutObjectRequest(bucket=bucket, key=key, body=body))

    def become(self, role: str) -> None:
        """Let whoever deploys be a session of this role from now on."""
        request = AssumeRoleRequest()
        request.set_RoleArn(f"acs:ram::{ACCOUNT}:role/{role}")
        request.set_RoleSessionName(role)
        said = self.world.send(request)["Credentials"]
        names = {
            "ACCESS_KEY_ID": "AccessKeyId",
            "ACCESS_KEY_SECRET": "AccessKeySecret",
            "SECURITY_TOKEN": "SecurityToken",
        }
        self.environ |= {f"ALIBABA_CLOUD_{ours}": said[theirs] for ours, theirs in names.items()}

    def examine(self, evidence: Evidence = NOTHING_MORE) -> list[Finding]:
        """Everything that the doctor finds."""
        return list(examine(Session(self.file, self.environ), evidence))

    def wrong(self) -> list[Finding]:
        """What is wrong."""
        return [finding for finding in self.examine() if finding.status == "wrong"]

    def only_wrong(self) -> Finding:
        """The one thing that is wrong."""
        found = self.wrong()
        assert len(found) == 1, found
        return found[0]

    def said(self, check: str) -> list[Finding]:
        """What a check has found."""
        return [finding for finding in self.examine() if finding.check == check]
