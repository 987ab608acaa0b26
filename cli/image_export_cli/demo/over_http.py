"""Somebody asks over HTTP: an export is ordered, followed by its own address, and listed."""

from typing import Any

import requests

from image_export_cli.demo.by_event import BUCKET, REGION
from image_export_cli.demo.stage import MissingError, Stage, key_of, percent_of


class OverHttp:
    """One client of the HTTP trigger, with its bearer token."""

    def __init__(self, stage: Stage, token: str) -> None:
        self._stage = stage
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def run(self) -> None:
        """Every station in order. Raises MissingError."""
        self._stage.title("Somebody asks over HTTP")
        image = self._stage.emulator.post("images", {"RegionId": REGION, "ImageName": "scratch", "Status": "Available"})
        body = {"RegionId": REGION, "ImageId": image["ImageId"], "OSSBucket": BUCKET}
        status, headers, export = self.ask("POST", "/exports", body)
        if status != 202:
            raise MissingError(f"POST /exports answered {status}: {export}")
        self._stage.show("POST /exports", f"202 {export['Status']}  Location {headers['Location']}")
        self._follow(headers["Location"])
        _, _, page = self.ask("GET", "/exports?MaxResults=1")
        if [one["ExportId"] for one in page["Exports"]] != [export["ExportId"]]:
            raise MissingError("GET /exports does not list the newest export first")
        self._stage.show("GET /exports", f"the newest is {export['ExportId']}")

    def _follow(self, location: str) -> None:
        def look() -> tuple[int, str | None]:
            _, _, export = self.ask("GET", location)
            ended = export.get("Status") in ("Completed", "Failed", "Cancelled")
            return percent_of(export.get("Progress")), export["Status"] if ended else None

        status = self._stage.follow(f"{location} did not end in time", look)
        _, _, export = self.ask("GET", location)
        if status != "Completed":
            raise MissingError(f"{location} ended {status}: {export['Error']}")
        self._stage.show(f"GET {location[:9]}", f"Completed  {key_of(export['Manifest'])}")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any, Any]:
        """Status, headers and body of one request."""
        answer = self._session.request(method, f"{self._stage.emulator.http_trigger}{path}", json=body, timeout=30)
        return answer.status_code, answer.headers, answer.json()
