"""Whoever runs the doctor or a replay may have a .netrc: its password is never sent to the cloud."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import CloudFault
from image_export_cli.cloud.functions import Functions
from image_export_cli.cloud.invoking import Entrance
from tests.builders import ACCOUNT, REGION

KEY, HOME = Credentials("LTAI-made-up", "made-up-secret"), (ACCOUNT, REGION)


def functions() -> Functions:
    return Functions(lambda: KEY, Addresses(), HOME, lambda: 60.0)


CALLS: dict[str, tuple[Callable[[], object], str]] = {
    "GetFunction": (lambda: functions().function("image-export-http"), "ACS3-HMAC-SHA256 Credential=LTAI-made-up,"),
    "healthz": (lambda: functions().health("https://made-up.fcapp.run", "a-token"), "Bearer a-token"),
    "replay": (
        lambda: Entrance(lambda: KEY, Addresses(), HOME, "image-export-event").invoke({"Replay": "exp-1"}),
        "ACS3-HMAC-SHA256 ",
    ),
}


@pytest.mark.parametrize(("call", "authorization"), CALLS.values(), ids=list(CALLS))
def test_a_netrc_never_takes_the_place_of_what_we_say_we_are(
    call: Callable[[], object], authorization: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent: list[str] = []

    def send(_session: object, request: requests.PreparedRequest, **_options: object) -> None:
        sent.append(str(request.headers["Authorization"]))
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "send", send)
    with pytest.raises(CloudFault):
        call()
    assert {one.startswith(authorization) for one in sent} == {True}
