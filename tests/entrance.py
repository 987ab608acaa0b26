"""The HTTP entrance over a fake_world: FC's event in, FC's struct out, wired as `on_http` does."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

from image_export.use_cases.context import Context
from image_export.use_cases.entrances.http import HttpApp, Outside
from image_export.use_cases.restore.ports import Importing
from image_export.values.settings import Settings

from .builders import BUCKET, IMAGE, REGION
from .fakes import FakeLog, no_restores

TOKEN = "a-token-that-opens-the-door"
REQUEST_ID = "1-6b05d4ae-5228d016-a232e1983ee5"
ADDRESS = "203.0.113.7"
JSON = {"content-type": "application/json"}


class AWorld(Protocol):
    """Where an entrance stands."""

    log: FakeLog

    def context(self) -> Context:
        """The collaborators of a new worker."""
        ...


class Answer(NamedTuple):
    """A response, its body read."""

    status: int
    headers: Mapping[str, str]
    value: Any

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of an error in the ECS shape."""
        assert set(self.value) == {"RequestId", "Code", "Message", "Recommend"}
        return self.status, self.value["Code"]


class Entrance:
    """Lets in whoever has one of the `tokens`; what it sends itself carries TOKEN."""

    def __init__(
        self,
        world: AWorld,
        *tokens: str,
        auth: Literal["bearer", "platform"] = "bearer",
        region_id: str = REGION,
        importing: Importing | None = None,
    ) -> None:
        hashes = tuple(hashlib.sha256(token.encode()).hexdigest() for token in tokens)
        settings = Settings(ledger_bucket="ledger", ledger_prefix="", http_auth=auth, http_tokens=hashes)

        def context(needs_policy: bool) -> Context:
            made = world.context()
            if needs_policy:
                made.ruled()
            return made

        outside = Outside(
            context=context,
            ledger=lambda: world.context().ledger,
            versions=lambda: {"image-export": "1.2.3"},
            log=world.log,
            importing=lambda: importing or no_restores(),
        )
        self._site = HttpApp(outside, settings, region_id)

    def take(self, event: bytes) -> Answer:
        """What these bytes are answered, whatever they are."""
        struct = self._site.respond(event, REQUEST_ID)
        assert struct["isBase64Encoded"] is False
        return Answer(struct["statusCode"], struct["headers"], json.loads(struct["body"]))

    def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        encoded: object = False,
    ) -> Answer:
        """A request as FC 3.0's trigger hands it over; `headers` besides the token, or instead of it."""
        event = {
            "version": "v1",
            "rawPath": path,
            "headers": {"Authorization": f"Bearer {TOKEN}", **(headers or {})},
            "queryParameters": query or {},
            "body": body,
            "isBase64Encoded": encoded,
            "requestContext": {"http": {"method": method, "path": path, "sourceIp": ADDRESS}},
        }
        return self.take(json.dumps(event).encode())

    def post(self, image_id: str = IMAGE, **parameters: Any) -> Answer:
        """Ask for an export, in the ExportImage API's own parameters."""
        body = {"ImageId": image_id, "OSSBucket": BUCKET, **parameters}
        return self.ask("POST", "/exports", json.dumps(body), headers=JSON)

    def get(self, export_id: str) -> Answer:
        """Look at an export."""
        return self.ask("GET", f"/exports/{export_id}")

    def cancel(self, export_id: str) -> Answer:
        """Cancel an export."""
        return self.ask("DELETE", f"/exports/{export_id}")

    def page(self, **query: str) -> Answer:
        """A page of the list."""
        return self.ask("GET", "/exports", query=query)
