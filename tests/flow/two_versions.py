"""Two versions over one ledger: the functions of either are deployed in turn, from their packages.

The roles are those of today's template.yml, which an upgrade brings first.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import alibabacloud_oss_v2 as oss

from alicloud_emulator.running import RunningEmulator

from .entrance import TOKEN, Entrance, accepting
from .world import BUCKET, BUS, FUNCTION, ROOT, World, bucket_client, still_functions

OLD, NOW = "0.1.0", "this version"
FUNCTIONS = ("image-export-event", "image-export-http", "image-export-nightly", "image-export-watch")
HINTS = ("open", "due", "running", "waiting", "stalled")
NIGHTLY_S = 66  # a night that has waited for the cloud in one region has no time for the next: that takes 60
STEPS_S = (240, 61, 310, 610, 1600, 3600, 3600)  # the end of a task, what is told again, a start in doubt, a sweep


class Way(NamedTuple):
    """Who begins, and who is deployed then."""

    first: str
    second: str


class Versions(World):
    """A world in which the functions of either version are deployed."""

    def __init__(self, emulator: RunningEmulator, packages: dict[str, Path]) -> None:
        super().__init__(emulator)
        self._packages = packages
        self._deployed: dict[str, str] = {}
        self.entrance = Entrance(emulator.http_trigger)

    def deploy(self, version: str, *functions: str) -> None:
        """Deploy these functions of the version, or all of them; those that are of it stay as they are."""
        for name in functions or FUNCTIONS:
            if self._deployed.get(name) != version:
                self.emulator.post(f"functions/{name}", {"code": str(self._packages[version])})
                self._deployed[name] = version

    def begin(self, version: str, image_id: str) -> str:
        """Deploy the version and tell it of the image; answers the export, which this version has recorded."""
        self.deploy(version)
        export = self.ask_by_event(image_id)
        assert bool(self.ledger(f"/images/{image_id}/")) == (version == NOW), "0.1.0 knows no names by image"
        return export

    def ask_by_event(self, image_id: str) -> str:
        """Give the image's event to `on_event`; answers the export."""
        (export,) = self.tell(image_id)["Exports"]
        return str(export["ExportId"])

    def ask_over_http(self, image_id: str) -> str:
        """Ask for the image, by a token that stays the same; answers the export."""
        return str(self.entrance.post(image_id, ClientToken=f"of-{image_id}").value["ExportId"])

    def settle(self, export: str) -> None:
        """Tick for some hours at most, until nothing leads to the export."""
        for step_s in STEPS_S:
            self.pass_time(step_s)
            if not self.hints(export):
                return

    def night(self) -> dict[str, Any]:
        """The next night, and a tick; answers what the night answered."""
        self.emulator.advance(24 * 3600)
        answer: dict[str, Any] = self.emulator.post("timers/on_nightly")
        self.pass_time(61)
        return answer

    # Faults

    def refuse_all_targets(self) -> None:
        """No notify target accepts anything."""
        self.emulator.fault("eventbridge", "PutEvents", "http_503", times=999)
        self.emulator.fault("fc", "InvokeFunction", "http_503", times=999)

    def mend(self) -> None:
        """Nothing is wrong any more."""
        self.emulator.delete("faults")

    # What happened

    def hints(self, what: str) -> list[str]:
        """The marker and the hints that lead there."""
        return [key for key in self.ledger(what) if key.split("/")[1] in HINTS]

    def statuses(self, image_id: str) -> list[str]:
        """How the image's tasks have ended."""
        return [task["TaskStatus"] for task in self.tasks_of(image_id)]

    def heard(self, about: str) -> dict[tuple[str, str], int]:
        """How often each target has heard each kind of event: once, where no answer was lost, so in one wording."""
        targets = (BUS, FUNCTION)
        return Counter(
            (target, event["type"].rsplit(":", 1)[1]) for target in targets for event in self.delivered(about, target)
        )

    def manifest(self, image_id: str) -> dict[str, Any]:
        """The manifest that the bus was told of."""
        (address,) = {event["data"]["Manifest"] for event in self.delivered(image_id) if "Completed" in event["type"]}
        key = address.removeprefix(f"oss://{BUCKET}/")
        stored = bucket_client(self.emulator).get_object(oss.GetObjectRequest(bucket=BUCKET, key=key))
        manifest: dict[str, Any] = json.loads(stored.body.content)
        return manifest

    def objects(self, prefix: str) -> dict[str, int]:
        """The disks' objects under a prefix, and their sizes."""
        under = [one for one in self.emulator.state("objects") if one["key"].startswith(prefix)]
        return {one["key"]: one["size"] for one in under if not one["key"].endswith(".manifest.json")}


def both(*kinds: str) -> dict[tuple[str, str], int]:
    """What is heard where each target hears these, each once."""
    return {(target, kind): 1 for target in (BUS, FUNCTION) for kind in kinds}


@contextmanager
def deployed(folder: Path, package: Path) -> Iterator[RunningEmulator]:
    """The functions from a package; nothing happens by itself."""
    code = {f"'{ROOT / 'functions' / 'image-export'}'": f"'{package}'", "timeout: 600": f"timeout: {NIGHTLY_S}"}
    functions = still_functions(folder, **accepting(TOKEN), **code)
    arguments = ("--functions", str(functions), "--speed", "1", "--events", "none")
    with RunningEmulator(*arguments, log=folder / "functions.log") as running:
        yield running
