"""Direct requests as the function of events takes them, made of what a person has said. Asks nobody."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import click

from image_export.decisions.arrivals.direct import IMAGE_ID
from image_export.decisions.policy.eligibility import offered
from image_export.values.image import Image
from image_export.values.policy import Rule

from ..deployment.deployment import Deployment
from ..exit_codes import ExitCode
from ..options import NAME

Request = dict[str, Any]
PART = 10  # requests of one invocation: the function has 120 seconds, and keeps for later what it has no time for


class Asked(NamedTuple):
    """What is asked for. `names`: of images that nobody has named by their ids; `unread`: UNKNOWN if some may lack."""

    requests: list[Request]
    names: Mapping[str, str] | None = None
    unread: ExitCode = ExitCode.DONE


class Choice(NamedTuple):
    """What is the same for each image; None is the default."""

    account: str | None = None
    region: str | None = None
    bucket: str | None = None
    prefix: str | None = None
    image_format: str | None = None


def requests_of(deployment: Deployment, images: Iterable[str], choice: Choice) -> Asked:
    """A request for each image, with a ClientToken: sent twice it makes one export. Raises UsageError."""
    ids = [*dict.fromkeys(images)]
    for image in ids:
        if not re.fullmatch(IMAGE_ID, image):
            named = f" By name: --image-name {image}" if NAME.fullmatch(image) else ""
            raise click.UsageError(f"{image!r} is no id of an image: m- and 1 to 60 letters or digits.{named}")
    account, region = choice.account or _only_account(deployment), choice.region or deployment.region
    said = {
        "AccountId": account,
        "RegionId": region,
        "OSSBucket": choice.bucket or _destination(deployment, account, region),
        "OSSPrefix": choice.prefix,
        "ImageFormat": choice.image_format,
    }
    return Asked([_request(image, said) for image in ids])


def request_for(deployment: Deployment, image: Image, choice: Choice, rule: Rule | None) -> Request:
    """The same for an image that was looked at. It goes where the policy sends it, in the format of the rule."""
    said = {
        "AccountId": image.account_id,
        "RegionId": image.region_id,
        "OSSBucket": _destination(deployment, image.account_id, image.region_id),
        "OSSPrefix": choice.prefix,
        "ImageFormat": choice.image_format or (rule and offered(rule.format, image.region_id)),
    }
    return _request(image.image_id, said)


def _request(image: str, said: Request) -> Request:
    same = {name: value for name, value in said.items() if value is not None}
    return {"ImageId": image, **same, "ClientToken": f"image-export-{uuid.uuid4().hex}"}


def _only_account(deployment: Deployment) -> str:
    ids = [account.account_id for account in deployment.policy.accounts]
    if len(ids) > 1:
        names = " or ".join(account.name for account in deployment.policy.accounts)
        raise click.UsageError(f"The policy has several accounts: say --account {names}.")
    return ids[0]


def _destination(deployment: Deployment, account: str, region: str) -> str:
    bucket = deployment.policy.bucket(account, region)
    if not bucket:
        raise click.UsageError(f"The policy has no destination in {region} for account {account}.")
    return bucket


def parts(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """As many as go into one invocation."""
    left = iter(requests)
    while part := list(islice(left, PART)):
        yield part
