"""The rules of docs/protocol.md#rule-19 and the guards of the step table, each taken out of the real code.

Some life within a bounded number of seeds then breaks the invariant that is named. Replacing is the purpose here.
"""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from msgspec import json
from msgspec.structs import replace

from image_export.decisions.restore import asking, comparing, mapping, names, refusals, table, telling
from image_export.errors import CloudFault
from image_export.use_cases.delivery.of_restores import OfRestore
from image_export.use_cases.ledger.fact_store import FactStore, Standing, Written
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.restore import advance, facts, look, perform, unpacking
from image_export.values.restore.steps import DeleteMade, DeleteTemporary, LookForName, Made, Rest

from .life import live
from .world import Ground

NEVER, LONG = timedelta(0), timedelta(days=400)
ONE, LEFT, ENDS = "one image", "nothing is left", "each restore ends"
SUCCESS, FAILURE = "no false success", "no false failure"
FOREIGN, SAME = "nothing of others is deleted", "a repetition is the same call"
CALLED_OFF, POLICY, EVENTS = "called off", "the policy is obeyed", "events are true"
REQUEST, LEDGER = "one request is one restore", "the ledger explains itself"
PERFORM: dict[Any, Any] = perform.PERFORM
DOUBT = Ground(imports=("late", "after", "refused"))
CANCELLED = Ground(happens=("called off",))
UNPACKED = Ground(archives="suffix", happens=("called off",))
AT_THE_END = Ground(archives="taken", happens=("called off at the end",), faults=("slow",))
LATE = Ground(archives="late", imports=("late",))
LATE_AND_DEAD = Ground(imports=("late",), happens=("role dead", "called off"))
EVENTS_REFUSED = Ground(archives="late", happens=("events refused",))
REFUSED = Ground(archives="suffix", faults=("refused",))
UNPACKED_LATE = Ground(archives="suffix", happens=("called off",), faults=("late", "slow"))
COPIED = Ground(copies=True)
COPIED_IN_DOUBT = Ground(copies=True, imports=("late", "after", "refused"))
UNTAGGED = Ground(happens=("untagged", "called off"))


def unpatched(_: pytest.MonkeyPatch) -> None:
    """The code stays as it is: the mutant is a ground that breaks what the promises rest on."""


class Mutant(NamedTuple):
    """What is taken away, and the invariant that must break."""

    name: str
    breaks: str
    patch: Callable[[pytest.MonkeyPatch], None] = unpatched
    ground: Ground = Ground()


class Caught(NamedTuple):
    """The first seed that breaks it, and how."""

    seed: int
    how: str


def versioned(patch: pytest.MonkeyPatch) -> None:
    """The functions work on a versioned bucket."""
    patch.setattr(FactStore, "ready", lambda _self, **_: None)


def overwrites(part: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Facts of that name are put, over whatever is there."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        marks = FactStore.mark

        def mark(self: FactStore, key: str, fact: object) -> str:
            if part not in key:
                return marks(self, key, fact)
            nonce = self.nonce()
            self.ask(lambda: self.store.put(key, json.encode(Written(nonce=nonce, fact=fact))))
            return nonce

        patch.setattr(FactStore, "mark", mark)

    return mutate


def conflict_is_ours(patch: pytest.MonkeyPatch) -> None:
    """Whoever finds a claim takes it for his own."""
    standing = FactStore.standing
    patch.setattr(
        FactStore,
        "standing",
        lambda self, key, kind, nonce: Standing((one := standing(self, key, kind, nonce)).fact, one.at, ours=True),
    )


def not_looked_behind(patch: pytest.MonkeyPatch) -> None:
    """A refusal is the end of its attempt at once."""
    patch.setattr(table, "_may_be_behind", lambda _: False)


def looked_behind_too_soon(patch: pytest.MonkeyPatch) -> None:
    """What was sent may still be on its way."""
    behind = table._behind

    def at_once(situation: Any) -> Any:
        return behind(situation._replace(now=situation.now + timedelta(hours=1)))

    patch.setattr(table, "_behind", at_once)


def ended_without_a_look_behind(patch: pytest.MonkeyPatch) -> None:
    """Refused looks end a restore of which a call may be on its way."""
    may_be, unseen = table._may_be_behind, table._unseen

    def careless(situation: Any, cause: Any) -> Any:
        patch.setattr(table, "_may_be_behind", lambda _: False)
        step = unseen(situation, cause)
        patch.setattr(table, "_may_be_behind", may_be)
        return step

    patch.setattr(table, "_unseen", careless)


def any_token(patch: pytest.MonkeyPatch) -> None:
    """Each call has a ClientToken of its own."""
    numbers = iter(range(10**9))
    patch.setattr(names, "client_token", lambda restore, attempt: f"{restore}-{attempt}-{next(numbers)}")


def one_token(patch: pytest.MonkeyPatch) -> None:
    """All attempts have the same ClientToken."""
    patch.setattr(names, "client_token", lambda restore, _: f"{restore}-0001")


def name_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    """ImportImage is called without a look for what an earlier call has made."""
    patch.setitem(PERFORM, LookForName, lambda one, _: one.with_seen(named=None))


def name_is_adopted(patch: pytest.MonkeyPatch) -> None:
    """An image of the name is ours, whatever its tags are."""
    patch.setattr(table, "is_ours", lambda *_: True)


def other_parameters(patch: pytest.MonkeyPatch) -> None:
    """The parameters are made anew at each call, and are not of the claim."""
    parameters, numbers = mapping.parameters, iter(range(10**9))

    def anew(request: Any, restore: str) -> Any:
        return parameters(request, restore)._replace(description=f"call {next(numbers)}")

    patch.setattr(mapping, "parameters", anew)


def others_do_not_wait(patch: pytest.MonkeyPatch) -> None:
    """Whoever finds a claim calls, though its maker may be at work."""
    calling = table._calling

    def at_once(situation: Any) -> Any:
        record = situation.record
        early = replace(record, claimed_at=situation.now - table.WORKER_DEAD) if record.claimed_at else record
        return calling(situation._replace(record=early))

    patch.setitem(table.DECIDE, table.RestorePhase.CALLING, at_once)


def gone_is_there(patch: pytest.MonkeyPatch) -> None:
    """An image that an earlier attempt has deleted is taken for this one's."""
    patch.setattr(table, "_is_gone", lambda *_: False)


def discarded_at_once(patch: pytest.MonkeyPatch) -> None:
    """An image is deleted while a call that makes it again may be on its way."""
    discard = table._discard

    def at_once(record: Any, made: Any, cause: Any, now: Any) -> Any:
        return discard(replace(record, settled_at=record.claimed_at), made, cause, now)

    patch.setattr(table, "_discard", at_once)


def snapshots_not_noted(patch: pytest.MonkeyPatch) -> None:
    """The image goes, and nobody knows any more what it was made of."""
    discard = table._discard

    def forgetful(record: Any, made: Any, cause: Any, now: Any) -> Any:
        return discard(replace(record, snapshot_ids=()), made and made._replace(snapshot_ids=()), cause, now)

    patch.setattr(table, "_discard", forgetful)


def snapshots_first(patch: pytest.MonkeyPatch) -> None:
    """Snapshots are deleted before their image."""
    delete_made = perform._delete_made

    def before(one: Any, step: Any) -> Any:
        for snapshot in one.record.outcome.snapshot_ids:
            one.cloud.delete_snapshot(snapshot)
        return delete_made(one, step)

    patch.setitem(PERFORM, DeleteMade, before)


def image_alone(patch: pytest.MonkeyPatch) -> None:
    """Snapshots stay."""
    delete_made = perform._delete_made

    def alone(one: Any, step: Any) -> Any:
        return delete_made(one.with_facts(outcome=replace(one.record.outcome, snapshot_ids=())), step)

    patch.setitem(PERFORM, DeleteMade, alone)


def not_deleted(patch: pytest.MonkeyPatch) -> None:
    """What cannot be deleted now is forgotten."""
    deleted = perform._deleted

    def once(one: Any, cloud: Any, image_id: str) -> bool:
        try:
            return deleted(one, cloud, image_id)
        except CloudFault:
            return False

    patch.setattr(perform, "_deleted", once)


def any_tag(patch: pytest.MonkeyPatch) -> None:
    """An image is deleted whatever its tags are by now."""
    patch.setattr(perform, "is_ours", lambda *_: True)


def cancelled_on_its_way(patch: pytest.MonkeyPatch) -> None:
    """A called-off import is discarded before it is over, when its image does not name its snapshots yet."""
    patch.setattr(table, "ON_ITS_WAY", frozenset())


def calls_after_a_cancel(patch: pytest.MonkeyPatch) -> None:
    """ImportImage is called for what somebody has called off."""
    calling = table._calling
    patch.setitem(
        table.DECIDE,
        table.RestorePhase.CALLING,
        lambda situation: calling(situation._replace(record=replace(situation.record, cancel_at=None))),
    )


def cancel_by_own_eyes(patch: pytest.MonkeyPatch) -> None:
    """A look that has not seen the cancel takes what others did for it as a failure."""
    patch.setattr(table, "_is_called_off", lambda record: record.cancel_at is not None)


def each_image_is_a_start(patch: pytest.MonkeyPatch) -> None:
    """The event that a restore has started is of its newest image, whatever the other target was told."""
    happenings = telling.happenings

    def of_the_newest(record: Any) -> Any:
        return happenings(replace(record, claim=None) if record.ended is None else record)

    patch.setattr(telling, "happenings", of_the_newest)


def not_seen_is_gone(patch: pytest.MonkeyPatch) -> None:
    """An image that is not listed yet has vanished."""
    vanished = table._vanished
    patch.setattr(table, "_vanished", lambda record, now: vanished(replace(record, settled_at=now - LONG), now))


def altered_is_kept(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the objects again when the image is there."""
    patch.setattr(table, "imported_keys", lambda _: ())


def altered_is_imported(patch: pytest.MonkeyPatch) -> None:
    """Nobody compares the objects with the manifest."""
    patch.setattr(table, "changed_object", lambda *_: None)


def not_compared(patch: pytest.MonkeyPatch) -> None:
    """The image is what was asked for, whatever it is."""
    patch.setattr(table, "differences", lambda *_: ())


def any_status_is_available(patch: pytest.MonkeyPatch) -> None:
    """Whatever is there is kept."""
    importing = table._importing

    def careless(situation: Any) -> Any:
        made = situation.seen.made
        if isinstance(made, Made) and made.image.status == "Creating" and not situation.record.cancel_at:
            return table._available(situation, made)
        return importing(situation)

    patch.setitem(table.DECIDE, table.RestorePhase.IMPORTING, careless)


def one_refusal_is_an_end(patch: pytest.MonkeyPatch) -> None:
    """A refused look, or a role that is not there just now, is a verdict."""
    patch.setattr(table, "lasts", lambda *_: True)


def counted_from_the_request(patch: pytest.MonkeyPatch) -> None:
    """Refusals count from the request, or the claim, and not from the first of them."""
    patch.setattr(
        table, "lasts", lambda record, now: now - (record.claimed_at or record.requested_at) >= refusals.ROLE_WITHIN
    )


def swept_at_once(patch: pytest.MonkeyPatch) -> None:
    """What was unpacked is deleted while somebody may be unpacking."""
    ended = table._ended
    patch.setitem(
        table.DECIDE,
        table.RestorePhase.ENDED,
        lambda situation: ended(situation._replace(now=situation.now + timedelta(days=1))),
    )


def never_swept(patch: pytest.MonkeyPatch) -> None:
    """What was unpacked stays."""
    patch.setitem(table.DECIDE, table.RestorePhase.ENDED, lambda _: Rest())


def goes_on_unpacking(patch: pytest.MonkeyPatch) -> None:
    """Whoever unpacks does not look whether it is still wanted."""
    patch.setattr(unpacking, "NOTED_EVERY_S", 10.0**9)
    noting = unpacking._Noting.__call__

    def deaf(self: Any, progress: Any = None) -> None:
        try:
            noting(self, progress)
        except unpacking.CalledOff:
            return

    patch.setattr(unpacking._Noting, "__call__", deaf)


def damage_not_heard(patch: pytest.MonkeyPatch) -> None:
    """That an object cannot be unpacked is forgotten."""
    load = facts.load

    def deaf(ledger: Any, restore: str) -> Any:
        record = load(ledger, restore)
        return record and replace(record, unpack_failed=None)

    patch.setattr(facts, "load", deaf)


def todays_role(patch: pytest.MonkeyPatch) -> None:
    """The role that the policy names today, whatever account it is of."""
    patch.setattr(look, "role_today", lambda policy, _: policy.accounts[0].restore_role)
    patch.setattr(advance, "forbidden", lambda *_: None)


def policy_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """What was asked for once is done, whatever the policy says by then."""
    patch.setattr(advance, "forbidden", lambda *_: None)


def starts_without_a_policy(patch: pytest.MonkeyPatch) -> None:
    """A policy that cannot be read is no reason to wait."""
    ready, calling = table._ready, table._calling

    def blind(decide: Any) -> Any:
        return lambda situation: decide(situation._replace(seen=replace(situation.seen, unruled=False)))

    patch.setitem(table.DECIDE, table.RestorePhase.READY, blind(ready))
    patch.setitem(table.DECIDE, table.RestorePhase.CALLING, blind(calling))


def no_marker(patch: pytest.MonkeyPatch) -> None:
    """A restore is recorded without its marker."""
    name = Ledger.name
    patch.setattr(Ledger, "name", lambda self, key: None if key.startswith("open-restores/") else name(self, key))


def fact_before_hint(patch: pytest.MonkeyPatch) -> None:
    """A restore is recorded, and only then its marker and its hint."""
    no_marker(patch)

    def schedule(self: Ledger, hint: str, then: Callable[[], Any]) -> Any:
        found = then()
        self.put(hint)
        return found

    patch.setattr(Ledger, "schedule", schedule)


def marker_gone_too_soon(patch: pytest.MonkeyPatch) -> None:
    """The marker and the hint go with the end, before all is swept."""
    close = advance.close

    def leave(context: Any, record: Any, rest: Any, came_from: Any) -> frozenset[str]:
        hints = leave_hints(context, record, Rest() if record.ended else rest, came_from)
        if record.ended:
            close(context, replace(record, unpacking_at=None))
        return hints

    leave_hints = advance._leave_hints
    patch.setattr(advance, "_leave_hints", leave)


def told_fact_forgotten(patch: pytest.MonkeyPatch) -> None:
    """That a target has accepted an event is not written down."""
    patch.setattr(
        OfRestore,
        "accepted",
        lambda self, _ledger, pending, **_: OfRestore(
            replace(self.record, delivered=self.record.delivered | {pending.fact})
        ),
    )


def ids_by_chance(patch: pytest.MonkeyPatch) -> None:
    """One request that comes again is another restore."""
    numbers = iter(range(10**6))
    patch.setattr(names, "restore_id", lambda *_: f"res-{next(numbers):016d}".replace("0", "a").replace("1", "b"))


def copy_not_looked_for(patch: pytest.MonkeyPatch) -> None:
    """CopyImage is called without a look for what an earlier call has made."""
    look_for_name = PERFORM[LookForName]
    patch.setitem(
        PERFORM,
        LookForName,
        lambda one, step: one.with_seen(named=None) if one.record.is_copy else look_for_name(one, step),
    )


def temporary_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What was imported to be copied stays."""
    patch.setattr(table, "_is_left", lambda _: False)


def temporary_alone(patch: pytest.MonkeyPatch) -> None:
    """What was imported to be copied goes, and its snapshots stay."""
    temporary = table._temporary
    patch.setattr(table, "_temporary", lambda record: (one := temporary(record)) and replace(one, snapshot_ids=()))


def features_not_set_again(patch: pytest.MonkeyPatch) -> None:
    """A copy stays without the features that it does not have of its source."""
    unset = comparing.unset
    for where in (table, perform):
        patch.setattr(where, "unset", lambda *said: unset(*said)._replace(nvme_support="", imds_support=""))


def looked_for_where_it_was_imported(patch: pytest.MonkeyPatch) -> None:
    """A copy is looked for, changed and deleted in the region of what it is made of."""
    patch.setattr(look.RestoreLook, "making", look.RestoreLook.cloud)


def copied_against_the_policy(patch: pytest.MonkeyPatch) -> None:
    """The region that was asked for is not looked up in the policy of today."""
    patch.setattr(asking, "_elsewhere", lambda *_: None)


def temporary_deleted_too_soon(patch: pytest.MonkeyPatch) -> None:
    """What was imported to be copied is deleted while a call that imports it again may be on its way."""
    patch.setattr(table, "_delete_temporary", lambda _: DeleteTemporary())


MUTANTS = (
    Mutant("ledger bucket versioned", ONE, versioned, Ground(unversioned=False, happens=("called off",))),
    Mutant("frozen worker not bounded by a kill", ONE, ground=Ground(kills=False, imports=("frozen", "refused"))),
    Mutant("409 taken for ours", ONE, conflict_is_ours, Ground(together=True, imports=("refused", "after"))),
    Mutant("a refusal not looked behind", ONE, not_looked_behind, DOUBT),
    Mutant("looked behind too soon", ONE, looked_behind_too_soon, DOUBT),
    Mutant(
        "ended by refused looks before the look behind",
        ONE,
        ended_without_a_look_behind,
        LATE_AND_DEAD,
    ),
    Mutant("a token for each call", ONE, any_token, DOUBT),
    Mutant("one token for all attempts", SAME, one_token, Ground(archives="late")),
    Mutant("parameters made anew", SAME, other_parameters, DOUBT),
    Mutant("name not looked for", ONE, name_not_looked_for, DOUBT),
    Mutant("a name adopted", ONE, name_is_adopted, Ground(happens=("name taken",))),
    Mutant("others do not wait for the claimer", ONE, others_do_not_wait, DOUBT),
    Mutant("a deleted image taken for this attempt's", FAILURE, gone_is_there, Ground(archives="late")),
    Mutant("outcome overwritten", ONE, overwrites("/outcome-"), AT_THE_END),
    Mutant("deleted while a call may be on its way", ONE, discarded_at_once, LATE),
    Mutant("snapshots not noted", LEFT, snapshots_not_noted, CANCELLED),
    Mutant("snapshots before their image", ENDS, snapshots_first, CANCELLED),
    Mutant("snapshots left", LEFT, image_alone, CANCELLED),
    Mutant("a refused deletion forgotten", ONE, not_deleted, CANCELLED),
    Mutant("deleted whatever its tags are", FOREIGN, any_tag, UNTAGGED),
    Mutant("discarded while it is on its way", LEFT, cancelled_on_its_way, CANCELLED),
    Mutant("called after a cancel", CALLED_OFF, calls_after_a_cancel, Ground(happens=("called off", "quota"))),
    Mutant("another's cancel not seen", FAILURE, cancel_by_own_eyes, AT_THE_END),
    Mutant("each image told as the start", EVENTS, each_image_is_a_start, EVENTS_REFUSED),
    Mutant("not listed yet taken for gone", FAILURE, not_seen_is_gone),
    Mutant("an altered object's image kept", SUCCESS, altered_is_kept, Ground(happens=("altered",))),
    Mutant("objects not compared", SUCCESS, altered_is_imported, Ground(happens=("altered",))),
    Mutant("image not compared", SUCCESS, not_compared),
    Mutant("any status taken for Available", SUCCESS, any_status_is_available),
    Mutant("one refusal taken for a verdict", FAILURE, one_refusal_is_an_end),
    Mutant(
        "refusals counted from the request",
        FAILURE,
        counted_from_the_request,
        REFUSED,
    ),
    Mutant(
        "swept while somebody unpacks",
        LEFT,
        swept_at_once,
        UNPACKED_LATE,
    ),
    Mutant("never swept", LEFT, never_swept, UNPACKED),
    Mutant("unpacking goes on after the end", LEFT, goes_on_unpacking, UNPACKED),
    Mutant("damage not heard of", ENDS, damage_not_heard, Ground(archives="suffix", happens=("rotten",))),
    Mutant("today's role of another account", ONE, todays_role, Ground(happens=("policy",))),
    Mutant("policy not looked at again", POLICY, policy_not_looked_at, Ground(happens=("policy", "quota"))),
    Mutant("start without a policy", POLICY, starts_without_a_policy, Ground(happens=("policy", "quota"))),
    Mutant("no marker", ENDS, no_marker, Ground(faults=("late", "own write"))),
    Mutant("fact before marker and hint", ENDS, fact_before_hint),
    Mutant("marker gone before all is swept", LEFT, marker_gone_too_soon, UNPACKED),
    Mutant("told fact forgotten", LEDGER, told_fact_forgotten),
    Mutant("end overwritten", EVENTS, overwrites("/ended"), CANCELLED),
    Mutant("ids by chance", REQUEST, ids_by_chance),
    Mutant("copied without looking", ONE, copy_not_looked_for, COPIED_IN_DOUBT),
    Mutant("temporary image forgotten", ONE, temporary_forgotten, COPIED),
    Mutant("snapshots of the temporary image left", LEFT, temporary_alone, COPIED),
    Mutant("temporary image deleted while a call may be on its way", ONE, temporary_deleted_too_soon, COPIED),
    Mutant("features not set again", SUCCESS, features_not_set_again, COPIED),
    Mutant("a copy looked for where it was imported", FAILURE, looked_for_where_it_was_imported, COPIED),
    Mutant("copied against the policy", POLICY, copied_against_the_policy, Ground(copies=True, happens=("policy",))),
)


def catch(mutant: Mutant, seeds: range) -> Caught | None:
    """The first of the seeds in which what must break does."""
    for seed in seeds:
        with pytest.MonkeyPatch.context() as patch:
            mutant.patch(patch)
            broken = live(seed, mutant.ground).broken
        for invariant, how in broken:
            if invariant == mutant.breaks:
                return Caught(seed, how)
    return None
