"""Which images are meant: those of now that fit a name or a rule of the policy. Reads only."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

import click

from image_export.decisions.naming import natural_key
from image_export.decisions.policy.eligibility import barrier
from image_export.decisions.policy.matching import find_rule
from image_export.errors import CloudFault
from image_export.values.export import RequestedBy
from image_export.values.export_request import ExportRequest
from image_export.values.image import Image
from image_export.values.place import Scope
from image_export.values.policy import Account, Policy, Rule

from ..deployed import Deployed, say
from ..exit_codes import ExitCode
from ..images import Images, say_not_read, scopes, unread
from .requests import Asked, Choice, Request, request_for


class Wanted(NamedTuple):
    """All that is given must fit."""

    image_name: str | None = None
    rule: str | None = None


def requests_by(deployed: Deployed, wanted: Wanted, choice: Choice) -> Asked:
    """A request for each image that is meant, that ECS can export and that is not exported yet. Says what is left out.

    Ends with 2 where there is no such rule, account or region, and by the ledger's fault.
    """
    choosing = Choosing(deployed, wanted, choice)
    asked = choosing.all()
    if not asked.requests:
        say("No image is left to export." if choosing.fitted else "No image of now fits.")
    return asked


class Choosing:
    """One choice. `fitted`: how many images were meant so far, whether they are left out or not."""

    def __init__(self, deployed: Deployed, wanted: Wanted, choice: Choice) -> None:
        self._deployed, self._wanted, self._choice = deployed, wanted, choice
        self._policy = deployed.deployment.policy
        self._rule = _rule(self._policy, wanted.rule)
        self._scopes = _scopes(self._policy, choice)
        self._names: dict[str, str] = {}
        self.fitted = 0
        self._unread = ExitCode.DONE

    def all(self) -> Asked:
        """Region by region. Raises LedgerFault."""
        requests: list[Request] = []
        images = Images(self._deployed)
        for account, scope in self._scopes:
            try:
                requests += self._of_place(images, account, scope)
            except CloudFault as fault:
                self._not_read(account, scope, images.in_words(account, fault))
        return Asked(requests, self._names, self._unread)

    def _of_place(self, images: Images, account: Account, scope: Scope) -> Iterator[Request]:
        known = self._deployed.ledger.known(scope.place)  # and by that answer the ledger's time
        for listed in images.pages(scope):
            for image in filter(self._fits, listed.images):
                self.fitted += 1
                request = request_for(self._deployed.deployment, image, self._choice, self._rule)
                newest = known.get(_key(scope, request))
                against = barrier(image)
                if newest and newest.before == "standing":
                    against = f"it is exported already, or on its way, as {newest.export_id}; name it to ask again"
                if against:
                    say(f"{image.name} {image.image_id} is left out: {against}.")
                elif image.image_id not in self._names:
                    self._names[image.image_id] = image.name
                    yield request
            for why in unread(listed):
                self._not_read(account, scope, why)

    def _fits(self, image: Image) -> bool:
        if self._wanted.image_name is not None and not fnmatchcase(image.name, self._wanted.image_name):
            return False
        rule, now = self._rule, self._deployed.ledger.now
        return rule is None or any(find_rule(self._policy, image, when=when, now=now)[0] == rule for when in rule.when)

    def _not_read(self, account: Account, scope: Scope, why: str) -> None:
        say_not_read(account, scope, why)
        self._unread = ExitCode.UNKNOWN


def _key(scope: Scope, request: Request) -> str:
    """The natural key that the function will find."""
    wanted = ExportRequest(
        role=scope.role,
        region_id=scope.region_id,
        image_id=request["ImageId"],
        oss_bucket=request["OSSBucket"],
        image_format=request.get("ImageFormat", "raw"),
        requested_by=RequestedBy(trigger="invoke", id="export"),
    )
    return natural_key(wanted)


def _rule(policy: Policy, name: str | None) -> Rule | None:
    found = next((rule for rule in policy.rules if rule.name == name), None)
    if name is not None and found is None:
        has = ", ".join(rule.name for rule in policy.rules) or "none"
        raise click.UsageError(f"There is no rule {name} in the policy; it has: {has}.")
    return found


def _scopes(policy: Policy, choice: Choice) -> list[tuple[Account, Scope]]:
    """The accounts and regions that are meant."""
    meant = [(one, scope) for one, scope in scopes(policy) if choice.account in (None, one.account_id)]
    found = [(one, scope) for one, scope in meant if choice.region in (None, scope.region_id)]
    if not meant:
        raise click.UsageError(f"The policy has no account {choice.account}.")
    if not found:
        raise click.UsageError(f"The policy has no destination in {choice.region}.")
    return found
