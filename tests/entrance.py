"""The HTTP entrance over a workshop: FC's event in, FC's struct out, wired as `on_http` does."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from image_export.use_cases.entrances.http import HttpApp
from image_export.values.settings import Settings

from .builders import BUCKET, IMAGE, REGION
from .workshop import Workshop

TOKEN = "a-token-that-opens-the-door"
REQUEST_ID = "1-6b05d4ae-5228d016-a232e1983ee5"
JSON = {"content-type": "application/json"}


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
        self, shop: Workshop, *tokens: str, auth: Literal["bearer", "platform"] = "bearer", region_id: str = REGION
    ) -> None:
        hashes = tuple(hashlib.sha256(token.encode()).hexdigest() for token in tokens)
        settings = Settings(ledger_bucket="ledger", ledger_prefix="", http_auth=auth, http_tokens=hashes)
        self._site = HttpApp(
            lambda _needs_policy: shop.context(), settings, region_id, lambda: {"image-export": "1.2.3"}
        )

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
            "requestContext": {"http": {"method": method, "path": path}},
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
