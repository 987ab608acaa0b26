"""A night: the plan with a reason for each image, then the run, and the watcher starts what it recorded."""

import json
from typing import Any

from image_export_cli.demo.by_event import BUS, REGION
from image_export_cli.demo.stage import MissingError, Stage, key_of

TAGGED = {"Tags": {"Tag": [{"TagKey": "backup", "TagValue": "daily"}]}}
IMAGES: tuple[dict[str, Any], ...] = (
    {"ImageName": "db-2026-11", **TAGGED},
    {"ImageName": "ad-2026-11", "OSType": "windows", **TAGGED},
    {"ImageName": "try-me"},
)


class ByNight:
    """Three images that no event wants, one of which the night does."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def run(self) -> dict[str, Any]:
        """Every station in order; answers the export. Raises MissingError."""
        self._stage.title("A night")
        made = [
            self._stage.emulator.post("images", {"RegionId": REGION, "Status": "Available", **one}) for one in IMAGES
        ]
        names = {image["ImageId"]: image["ImageName"] for image in made}
        plan = self._stage.emulator.invoke("image-export-nightly", b'{"DryRun": true}')["Plan"]
        order = list(names)  # behind those that were there before
        plan.sort(key=lambda one: order.index(one["ImageId"]) if one["ImageId"] in names else -1)
        self._stage.table(("image", "", "rule", "why"), [_row(one) for one in plan])
        wanted = [one["ImageId"] for one in plan if one["Wanted"]]
        if [names.get(image_id) for image_id in wanted] != ["db-2026-11"]:
            raise MissingError(f"the plan wants {wanted}")
        answer = self._stage.emulator.post("timers/on_nightly")
        recorded = sum(one["Recorded"] for one in answer["Totals"])
        if not (answer["Finished"] and recorded):
            raise MissingError(f"the run recorded nothing: {answer}")
        looked_at = sum(one["Images"] for one in answer["Totals"])
        self._stage.show("recorded", f"{recorded} of {looked_at} images in {len(answer['Totals'])} regions")
        return self._completed(wanted[0])

    def _completed(self, image_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            events = [one["event"] for one in self._stage.emulator.state("received") if BUS in one["target"]]
            about = [one for one in events if image_id in json.dumps(one) and one["type"].endswith(":Completed")]
            return about[0] if about else None

        event = self._stage.wait_for(f"the nightly export of {image_id} was not completed", look)
        export: dict[str, Any] = event["data"]
        self._stage.show("completed", f"{export['ImageName']}  {key_of(export['Manifest'])}")
        return export


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return one["ImageName"], "in" if one["Wanted"] else "out", one["Rule"] or "", one["Reason"]
