"""The HTTP entrance as a client meets it: requests are sent as they are written, answers held to their promises.

`http.client`, because it neither tidies paths nor joins headers.
"""

import hashlib
import http.client
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.patience import HANGS_S

from .world import BUCKET, REGION

TOKEN, OLDER_TOKEN = "a-token-that-opens-the-door", "the-token-before-it"
TOKENS_OF_S_YAML = "${env('IMAGE_EXPORT_HTTP_TOKENS', '')}"
ERROR = {"RequestId", "Code", "Message", "Recommend"}
Headers = Mapping[str, str] | Iterable[tuple[str, str]]


def accepting(*tokens: str) -> dict[str, str]:
    """What to replace in s.yaml so that these tokens are accepted."""
    hashes = ",".join(hashlib.sha256(token.encode()).hexdigest() for token in tokens)
    return {TOKENS_OF_S_YAML: f"'{hashes}'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def value(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code of an error, whose shape is checked."""
        error = self.value
        assert set(error) == ERROR, error
        assert all(isinstance(error[name], str) for name in ERROR - {"Recommend"}), error
        assert self.headers["x-request-id"]
        assert (self.status == 503) <= ("retry-after" in self.headers)
        return self.status, error["Code"]


class Entrance:
    """Sends requests to one HTTP trigger, with a token unless another `authorization` is given."""

    def __init__(self, url: str | None, token: str | None = TOKEN) -> None:
        self._at = urlsplit(url or "")
        self._token = token

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Headers = ()) -> Answer:
        """One request, the path sent as it is."""
        sent = list(headers.items() if isinstance(headers, Mapping) else headers)
        if self._token and "authorization" not in {name.lower() for name, _ in sent}:
            sent.append(("Authorization", f"Bearer {self._token}"))
        if body is not None:
            sent.append(("Content-Length", str(len(body))))
        connection = http.client.HTTPConnection(str(self._at.hostname), self._at.port or 80, timeout=HANGS_S)
        try:
            connection.putrequest(method, path)
            for name, value in sent:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=found, body=answer.read())
        finally:
            connection.close()

    def send(self, body: bytes, content_type: str = "application/json") -> Answer:
        """POST these bytes."""
        return self.ask("POST", "/exports", body, {"Content-Type": content_type})

    def post(self, image_id: str, **parameters: Any) -> Answer:
        """Ask for an export."""
        return self.send(json.dumps({"ImageId": image_id, "OSSBucket": BUCKET, **parameters}).encode())

    def get(self, export_id: str) -> Answer:
        """Look at an export."""
        return self.ask("GET", f"/exports/{export_id}")

    def cancel(self, export_id: str) -> Answer:
        """Cancel an export."""
        return self.ask("DELETE", f"/exports/{export_id}")

    def page(self, **query: Any) -> Answer:
        """A page of the list."""
        return self.ask("GET", f"/exports?{urlencode(query)}")

    def newest(self, count: int, **query: Any) -> list[dict[str, Any]]:
        """The newest exports, page after page."""
        found: list[dict[str, Any]] = []
        token = None
        while len(found) < count:
            page = self.page(**query, **({"NextToken": token} if token else {})).value
            found += page["Exports"]
            token = page["NextToken"]
            if token is None:
                break
        return found[:count]


def whole_request(**parameters: Any) -> dict[str, Any]:
    """A request that nothing is wrong with, for an image that does not exist."""
    return {"RegionId": REGION, "ImageId": "m-bp1nobodyhasit", "OSSBucket": BUCKET, **parameters}
