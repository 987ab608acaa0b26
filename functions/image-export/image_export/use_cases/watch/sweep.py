"""The sweeps: what hints and events may have missed is found by looking, now and then (docs/protocol.md#rule-14).

Images are looked for by one DescribeImages per account and region, where a rule says `image-created`. Looks overlap,
since an image may be listed late.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from ...decisions.naming import sighting_key
from ...decisions.policy.plan import plan
from ...decisions.policy.undecided import undecided_until
from ...decisions.results.export_view import export_of
from ...decisions.state.backoff import CLOCKS_APART, MINUTE
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.arrival import Sighted, Sighting
from ...values.export import Export, RequestedBy
from ...values.export_request import ExportRequest
from ...values.image import Image
from ...values.place import Scope
from ...values.steps import Observed
from ..context import Context
from ..entrances.undecided_images import reconsider_at, sighted_now
from ..export.advance import SECONDS_TO_START, begin
from ..export.record import record
from ..paging import by_number
from ..ports import Entry
from .tick import SECONDS_FOR_A_LOOK, Tick

MARKERS = keys.SweptMarkers().key
INDEXED, OLD_MARKERS = keys.Indexed().key, keys.OldSweptMarkers().key
MARKERS_EVERY = timedelta(hours=1)
IMAGES_EVERY = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
FIRST_LOOK = timedelta(hours=1)  # how far back the very first look goes: older images are the night's


def sweep(tick: Tick) -> None:
    """Markers without a hint get a look (docs/protocol.md#rule-14), and new images are looked for, each in time."""
    due = _due(tick.context)
    if MARKERS in due:
        _forget_stalled(tick.context)
        for export in _unhinted(tick.context):
            if not tick.has_time():
                return
            tick.advance(export)
        for what in _unhinted_others(tick.context):
            if not tick.has_time():
                return
            tick.advance_other(what)
        tick.context.keep(MARKERS)
    for scope, last in tick.in_turn([(scope, last) for scope, last in due.items() if isinstance(scope, Scope)]):
        if tick.has_time() and scope.place not in tick.unresponsive:
            _sweep_images(tick, scope, last)


def _sweep_images(tick: Tick, scope: Scope, last: datetime | None) -> None:
    try:
        for export in _images(tick, scope, last):
            tick.exports[export.export_id] = export
    except Exception as fault:  # noqa: BLE001 - one account or region stops no other
        tick.broken(fault, account_id=scope.role.account_id, region_id=scope.region_id)


def _due(context: Context) -> Mapping[str | Scope, datetime | None]:
    """What is to be swept now, and when it last was; one listing."""
    swept = {entry.key: entry.modified_at for entry in context.ledger.walk(keys.SweptImages.below())}
    now, found = context.ledger.now, dict[str | Scope, datetime | None]()
    _see_to_the_index(context, swept)
    if _old(swept.get(MARKERS), MARKERS_EVERY, now):
        found[MARKERS] = swept.get(MARKERS)
    for scope in _scopes(context):
        last = swept.get(keys.SweptImages(scope.place).key)
        if _old(last, IMAGES_EVERY, now):
            found[scope] = last
    return found


def _see_to_the_index(context: Context, swept: Mapping[str, datetime]) -> None:
    """From now on each export has a name by image. Anew so where version 0.1.0 may have recorded some without since.

    Its watcher has swept markers then, at its first tick: by its own name for that the last time is long ago.
    """
    indexed, old = swept.get(INDEXED), swept.get(OLD_MARKERS)
    if indexed is None:
        context.ledger.name(INDEXED)
    elif old and old > indexed:
        context.keep(INDEXED)


def _old(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or now - last >= every


def _scopes(context: Context) -> Iterator[Scope]:
    """Where new images are wanted."""
    policy = context.policy
    if policy and any("image-created" in rule.when for rule in policy.rules):
        yield from policy.scopes()


def _forget_stalled(context: Context) -> None:
    """Version 0.1.0 closes exports, and does not know the names by which nights know that they take too long."""
    named = {entry.key: keys.export_in(entry.key) for entry in context.ledger.walk(keys.Stalling.below())}
    there = {keys.export_in(entry.key) for entry in context.ledger.walk(keys.Open.below())} if named else set()
    for key in (key for key, export in named.items() if export not in there):
        context.forget(key)


def _unhinted(context: Context) -> Iterator[str]:
    """The open exports that no hint leads to."""
    ledger, kinds = context.ledger, (keys.Running, keys.Waiting, keys.Due)
    hinted = {keys.export_in(entry.key) for kind in kinds for entry in ledger.walk(kind.below())}
    markers = (keys.Open.read(entry.key) for entry in ledger.walk(keys.Open.below()))
    yield from (marker.export_id for marker in markers if marker and marker.export_id not in hinted)


def _unhinted_others(context: Context) -> list[str]:
    """The same of restores and drills. A marker of what was never recorded goes."""
    ledger, open_ones = context.ledger, dict[str, tuple[Entry, str]]()
    for entry in ledger.walk(keys.RestoreOpen.below()):
        if restore := keys.RestoreOpen.read(entry.key):
            open_ones[restore.restore_id] = entry, keys.RestoreRequested(restore.restore_id).key
    for entry in ledger.walk(keys.DrillOpen.below()):
        if drill := keys.DrillOpen.read(entry.key):
            open_ones[drill.drill_id] = entry, keys.DrillRequested(drill.drill_id).key
    if not open_ones:
        return []
    dues = filter(None, (keys.Due.read(entry.key) for entry in ledger.walk(keys.Due.below())))
    unhinted = open_ones.keys() - {due.what for due in dues}
    for what in sorted(unhinted):
        entry, requested = open_ones[what]
        if ledger.now - entry.modified_at >= MARKERS_EVERY and not ledger.page(requested, limit=1).entries:
            context.forget(entry.key)
    return sorted(unhinted)


def _images(tick: Tick, scope: Scope, last: datetime | None) -> Iterator[Export]:
    """The exports of images that were created since the last look. Raises CloudFault and LedgerFault.

    ECS lists by CreationTime alone. One that may be wanted yet is remembered, however long it takes to be Available.
    """
    context, began = tick.context, tick.context.ledger.now
    since = ((last - OVERLAP) if last else began - FIRST_LOOK) - CLOCKS_APART  # an image's time is of ECS's clock
    cloud = context.clouds.at(scope.role, scope.region_id, scope.bucket)
    asker = RequestedBy(trigger="watch", id=f"sweep-{scope.region_id}")
    for listing in by_number(lambda page: cloud.images(page, since=since)):
        context.unreadable_entries(listing.unread, account_id=scope.role.account_id, region_id=scope.region_id)
        found = {image.image_id: image for image in listing.images}
        for one in plan(context.ruled(), listing.images, {}, now=began, when="image-created", requested_by=asker):
            if not tick.has_time():
                return  # the next look begins where this one has: what it has recorded is known by then
            if undecided_until(one, found[one.image_id], began, began):
                _remember(tick, found[one.image_id])
            if one.request is None or context.ledger.is_known(one.request):
                continue
            export = _begin(tick, one.request, found[one.image_id])
            if export:
                yield export
    context.keep(keys.SweptImages(scope.place).key)


def _begin(tick: Tick, request: ExportRequest, image: Image) -> Export | None:
    """The image's export, where this look makes it: recorded, and begun with where there is time, else by its hint.

    A fact of one image that cannot be read hides no other: that image is looked at again, as if an event had named it.
    """
    context = tick.context
    log = context.log.bind(image_id=image.image_id, region_id=image.region_id)
    try:
        recorded = record(context, request)
        if not recorded.created:
            return None
        log.info("image.found", rule=request.rule)
        if recorded.record and context.remaining_s() < SECONDS_TO_START + SECONDS_FOR_A_LOOK:
            return export_of(recorded.record)
        return begin(context, recorded, Observed(image=image)).export
    except FactUnreadable as fault:
        log.error("fact.unreadable", error=fault.cause.message)
        _remember(tick, image)  # or no later look would list it
        return None


def _remember(tick: Tick, image: Image) -> None:
    """An image that a sweep found is as if an event had named it. One that is known, or was just decided, stays so."""
    sighting = Sighting(
        event_id=f"sweep-{image.region_id}",
        account_id=image.account_id,
        region_id=image.region_id,
        image_id=image.image_id,
    )
    key, context = sighting_key(sighting), tick.context
    if key in tick.decided:
        return
    tick.undecided.add(key)
    if context.readable(keys.Sighted(key).key, Sighted) is None:
        now = context.ledger.now
        reconsider_at(context, sighted_now(sighting, None, image, now), now + MINUTE, None)
