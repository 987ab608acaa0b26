"""A plan over the images of now, row by row, as the night makes it. Changes nothing.

One page of images is held at a time, and of rules with `max_per_run` what they have chosen so far: an image that others
go before is settled and let go.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from image_export.decisions.policy.admission import NotWanted, admit_image
from image_export.decisions.policy.eligibility import obstacle
from image_export.decisions.policy.plan import limited, plan
from image_export.decisions.state.estimate import seconds_a_gib
from image_export.errors import CloudFault
from image_export.use_cases.context import readable
from image_export.values import ledger_keys as keys
from image_export.values.export import RequestedBy
from image_export.values.facts import Hold, Pace
from image_export.values.image import Image
from image_export.values.place import Place, Scope
from image_export.values.policy import Account, Policy, When
from image_export.values.run import Decision, Planned

from ..answers.plan import Change, Changes, PlannedImage, PlannedPlace, Target
from ..deployed import Deployed
from ..images import Images, say_not_read, unread
from ..reading import CommandLog
from .filters import Filters
from .sources import Sources

ASKER = RequestedBy(trigger="nightly", id="plan")


class Seen(NamedTuple):
    """An image's decision, and the row that it becomes."""

    decision: Decision
    row: PlannedImage


class Planning:
    """One plan. The counts grow as rows are taken."""

    def __init__(self, deployed: Deployed, sources: Sources, when: When, filters: Filters) -> None:
        self._deployed, self._sources, self._when, self._filters = deployed, sources, when, filters
        self._images = Images(deployed)
        self._held: dict[str, Seen] = {}
        self._counted = {rule.name for rule in sources.policy.rules if rule.max_per_run and when == "nightly"}
        self._places: dict[Place, PlannedPlace] = {}
        self._changes = Changes()

    @property
    def places(self) -> list[PlannedPlace]:
        """The counts, with how long it may take as far as that is known."""
        return [self._with_pace(place, one) for place, one in self._places.items()]

    @property
    def changes(self) -> Changes | None:
        """How many images differ, where two policies are compared."""
        return self._changes if self._sources.other else None

    def rows(self) -> Iterator[PlannedImage]:
        """The rows that are asked for, as they are settled. Raises LedgerFault."""
        for account, scope in self._sources.scopes():
            meant = self._filters.is_place(account, scope)
            if not meant and not self._counted:  # a rule with max_per_run chooses among the images of all places
                continue
            if meant:
                self._places[scope.place] = PlannedPlace(
                    account_id=scope.role.account_id, region_id=scope.region_id, account=account.name
                )
            try:
                for seen in self._of_place(account, scope):
                    yield from self._taken(self._settled(seen))
            except CloudFault as fault:
                self._fault(account, scope, self._images.in_words(account, fault))
        yield from self._taken(self._held.values())

    def _of_place(self, account: Account, scope: Scope) -> Iterator[list[Seen]]:
        ledger, policy = self._deployed.ledger, self._sources.policy
        known = ledger.known(scope.place)
        for listed in self._images.pages(scope):
            images = {image.image_id: image for image in listed.images}
            decisions = plan(policy, images.values(), known, now=ledger.now, when=self._when, requested_by=ASKER)
            yield [Seen(one, self._row(account, images[one.image_id], one)) for one in decisions]
            for why in unread(listed):
                self._fault(account, scope, why)

    def _row(self, account: Account, image: Image, decision: Decision) -> PlannedImage:
        target, other = self._target(self._sources.policy, image), self._sources.other
        was = self._target(other, image) if other else None
        return PlannedImage(
            **{name: getattr(decision, name) for name in Planned.__struct_fields__},
            account=account.name,
            left_over=decision.left_over,
            export_id=decision.export_id,
            size_gib=image.disks_gib,
            target=target,
            was=was,
            change=_change(was, target) if other else None,
        )

    def _target(self, policy: Policy, image: Image) -> Target | None:
        """Where the policy wants the image, whatever has been exported so far."""
        now = self._deployed.ledger.now
        admitted = admit_image(policy, image, when=self._when, now=now, requested_by=ASKER)
        if isinstance(admitted, NotWanted) or obstacle(image, self._when):
            return None
        return Target(oss_bucket=admitted.oss_bucket, prefix=admitted.caller_prefix, image_format=admitted.image_format)

    def _settled(self, seen: list[Seen]) -> Iterator[Seen]:
        """All but what may still be among the first that a rule with `max_per_run` takes."""
        open_yet = {one.decision.key: one for one in seen if one.decision.wanted and one.decision.rule in self._counted}
        yield from (one for one in seen if one.decision.key not in open_yet)
        if not open_yet:
            return
        held = [*self._held.values(), *open_yet.values()]
        decisions = limited(self._sources.policy, [one.decision for one in held])
        self._held = {}
        for one, decision in zip(held, decisions, strict=True):
            if decision.wanted:
                self._held[decision.key] = one
            else:
                row = replace(one.row, wanted=False, left_over=True, warning=None, reason=decision.reason)
                yield Seen(decision, row)

    def _taken(self, seen: Iterable[Seen]) -> Iterator[PlannedImage]:
        """Count what is meant, and let through what is to be shown."""
        for one in seen:
            row, place = one.row, self._places.get(one.decision.place)
            if place is None or not self._filters.is_image(row):
                continue
            size_gib = place.size_gib + row.wanted * row.size_gib
            self._places[one.decision.place] = replace(
                place, images=place.images + 1, wanted=place.wanted + row.wanted, size_gib=size_gib
            )
            if self._sources.other:
                name = row.change or "same"
                self._changes = replace(self._changes, **{name: getattr(self._changes, name) + 1})
                if row.change is None:
                    continue
            if row.wanted or not self._filters.wanted:
                yield row

    def _fault(self, account: Account, scope: Scope, said: str) -> None:
        say_not_read(account, scope, said)
        new = PlannedPlace(account_id=scope.role.account_id, region_id=scope.region_id, account=account.name)
        self._places[scope.place] = replace(self._places.get(scope.place, new), fault=said)

    def _with_pace(self, place: Place, counted: PlannedPlace) -> PlannedPlace:
        ledger, log = self._deployed.ledger, CommandLog()
        if not counted.wanted:
            return counted
        pace = readable(ledger, log, keys.Pace(place).key, Pace)
        hold = readable(ledger, log, keys.Hold(place).key, Hold)
        seconds = round(seconds_a_gib(pace.fact) * counted.size_gib) if pace else None
        return replace(counted, seconds=seconds or None, hold=hold.fact.code if hold else None)


def _change(was: Target | None, target: Target | None) -> Change | None:
    if was == target:
        return None
    return "new" if was is None else "gone" if target is None else "other"
