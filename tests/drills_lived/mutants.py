"""The rules of docs/protocol.md#rule-20 and the guards of the step table, each taken out of the real code.

Some life within a bounded number of seeds then breaks the invariant that is named. Replacing is the purpose here.
"""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from image_export.decisions.drill import names, table, view
from image_export.decisions.restore.asking import split
from image_export.errors import CloudFault
from image_export.use_cases.delivery.of_drills import OfDrill
from image_export.use_cases.drill import advance, facts, maintain, perform, record
from image_export.use_cases.drill.ports import StartOfInstance
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.watch import sweep
from image_export.values import ledger_keys as keys
from image_export.values.drill.facts import CleanUp, DrillEnded, LevelFact
from image_export.values.drill.steps import (
    AskAssistant,
    Assistant,
    CommandResult,
    Conclude,
    DeleteAll,
    DeleteInstance,
    LookAtCommand,
    LookForInstance,
    NoteCleanUp,
    NoteDrilled,
    Pause,
    SayLevel,
    StartInstance,
)
from tests.restores_lived.mutants import overwrites

from .life import live
from .world import DrillGround

LONG = timedelta(days=400)
LEFT, ENDS, INSTANCE, IMAGE = "nothing is left", "each drill ends", "one instance", "one image"
PROOF, FAILURE, LOST = "no false proof", "no false failure", "no lost failure"
FOREIGN, SAME, NOTED = "nothing of others is deleted", "a repetition is the same call", "noted before it is deleted"
ORDER, ALONE, CALLED_OFF = "the instance before its image", "one drill at a time", "called off"
EVENTS, EVIDENCE, NOTES, LEDGER = "events are true", "evidence first", "notes agree", "the ledger explains itself"
RELEASED = "released by ECS in the end"
PERFORM: dict[Any, Any] = perform.PERFORM
DECIDE, LISTEN, PHASE = table.DECIDE, table.LISTEN, table.DrillPhase

PLAIN = DrillGround()
COMMAND = DrillGround(mix=("command",), whole=True)
BOOTED = DrillGround(mix=("command",), whole=True, says="login", command="ends with 0")
DOUBT = DrillGround(mix=("command",), whole=True, starts=("late", "after", "before"))
LOST_ANSWERS = DrillGround(mix=("command",), whole=True, starts=("after",))
CANCELLED = DrillGround(
    mix=("command",),
    whole=True,
    happens=("cancelled", "cancelled at a start"),
    starts=("refused", "late", "before", "after"),
)
SLOW = DrillGround(together=True, faults=("slow", "frozen"), happens=("cancelled", "asked for"))
TOGETHER = DrillGround(together=True, happens=("asked for",), mix=("plain", "command"))
POLICY = DrillGround(happens=("policy",))
REFUSED = DrillGround(faults=("refused",))
KILLED = DrillGround(faults=("killed after", "killed before"))
SOLD_OUT = DrillGround(mix=("command",), whole=True, happens=("sold out",))
UNTAGGED = DrillGround(happens=("untagged", "cancelled"), whole=True)
UNPACKED = DrillGround(archives="suffix", whole=True)
FAILS = DrillGround(mix=("command",), whole=True, says="login", command="ends with 1")


ROLELESS = DrillGround(mix=("web",), happens=("role dead",))
LATE = DrillGround(faults=("late", "frozen"), happens=("events refused", "cancelled"))


class Mutant(NamedTuple):
    """What is taken away, and the invariant that must break."""

    name: str
    breaks: str
    patch: Callable[[pytest.MonkeyPatch], None]
    ground: DrillGround = PLAIN


class Caught(NamedTuple):
    """The first seed that breaks it, and how."""

    seed: int
    how: str


def says_instead(decide: dict[Any, Any], where: Any, was: str, instead: str) -> Callable[[pytest.MonkeyPatch], None]:
    """One level's step says another verdict."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        honest = decide[where]

        def lie(situation: Any) -> Any:
            step = honest(situation)
            if isinstance(step, SayLevel) and step.fact.verdict == was:
                return SayLevel(step.number, LevelFact(verdict=instead, why=step.fact.why))  # type: ignore[arg-type]
            return step

        patch.setitem(decide, where, lie)

    return mutate


# RunInstances


def any_token(patch: pytest.MonkeyPatch) -> None:
    """Each call has a ClientToken of its own."""
    numbers = iter(range(10**9))
    patch.setattr(names, "client_token", lambda drill, attempt: f"{drill}-{attempt}-{next(numbers)}")


def not_looked_for(patch: pytest.MonkeyPatch) -> None:
    """RunInstances is called without a look for what an earlier call has started."""
    patch.setitem(PERFORM, LookForInstance, lambda one, _: one.with_heard(found=None))


def other_parameters(patch: pytest.MonkeyPatch) -> None:
    """The AutoReleaseTime is made anew at each call, and is not of the claim."""
    run_instance = perform._start_instance

    def anew(look: Any, step: Any) -> Any:
        release_at = (look.context.ledger.now + table.RELEASED_AFTER).strftime("%Y-%m-%dT%H:%M:00Z")
        return run_instance(look.with_facts(start=replace(look.record.start, release_at=release_at)), step)

    patch.setitem(PERFORM, StartInstance, anew)


def never_released(patch: pytest.MonkeyPatch) -> None:
    """An instance has no AutoReleaseTime."""
    patch.setattr(perform, "StartOfInstance", lambda **said: StartOfInstance(**{**said, "release_at": ""}))


def called_without_end(patch: pytest.MonkeyPatch) -> None:
    """RunInstances is called for as long as nobody knows what became of it."""
    patch.setattr(table, "CALLED_WITHIN", LONG)


def untagged(patch: pytest.MonkeyPatch) -> None:
    """An instance does not say whose it is."""
    patch.setattr(perform, "StartOfInstance", lambda **said: StartOfInstance(**{**said, "tags": ()}))


def called_after_a_cancel(patch: pytest.MonkeyPatch) -> None:
    """RunInstances is called for what somebody has cancelled."""
    calling = table._calling
    patch.setitem(
        DECIDE,
        PHASE.CALLING,
        lambda situation: calling(situation._replace(record=replace(situation.record, cancel_at=None))),
    )


def cancel_not_seen(patch: pytest.MonkeyPatch) -> None:
    """A drill climbs on after its cancel."""
    is_over = table._is_over
    patch.setattr(table, "_is_over", lambda record: is_over(replace(record, cancel_at=None)))


# The clean-up


def noted_too_late(patch: pytest.MonkeyPatch) -> None:
    """What is deleted is noted afterwards."""
    note = perform._note_clean_up

    def after(look: Any, step: Any) -> Any:
        noted = look._replace(record=replace(look.record, clean_up=step.clean_up))
        perform._delete_all(noted, DeleteAll())
        return note(look, step)

    patch.setitem(PERFORM, NoteCleanUp, after)


def image_first(patch: pytest.MonkeyPatch) -> None:
    """The image goes before the instance."""
    delete_all = perform._delete_all

    def first(look: Any, step: Any) -> Any:
        perform._delete_image(look, look.record.clean_up or CleanUp())
        return delete_all(look, step)

    patch.setitem(PERFORM, DeleteAll, first)
    patch.setattr(table, "_started_at", lambda _: None)


def any_tag(patch: pytest.MonkeyPatch) -> None:
    """An image is deleted whatever its tags are by now."""
    patch.setattr(perform, "is_ours", lambda *_: True)


def snapshots_not_noted(patch: pytest.MonkeyPatch) -> None:
    """The image goes, and nobody knows any more what it was made of."""
    note = perform._note_clean_up

    def forgetful(look: Any, step: Any) -> Any:
        return note(look, NoteCleanUp(replace(step.clean_up, snapshot_ids=())))

    patch.setitem(PERFORM, NoteCleanUp, forgetful)


def instance_left(patch: pytest.MonkeyPatch) -> None:
    """ECS itself is left to release the instance."""
    patch.setattr(perform, "_delete_instance", lambda look, _: look)
    patch.setitem(PERFORM, DeleteInstance, lambda look, _: look.with_heard(found=None))


def image_gone_at_once(patch: pytest.MonkeyPatch) -> None:
    """The image goes while a call that starts it may be on its way, or its instance is not seen yet."""
    patch.setattr(table, "_started_at", lambda _: None)


def imports_thought_over(patch: pytest.MonkeyPatch) -> None:
    """The image goes while an ImportImage that makes it again may be on its way."""
    patch.setattr(table, "_imported_at", lambda _: None)


def not_deleted(patch: pytest.MonkeyPatch) -> None:
    """What cannot be deleted now is forgotten."""
    delete_all = perform._delete_all

    def once(look: Any, step: Any) -> Any:
        try:
            return delete_all(look, step)
        except CloudFault:
            return look.with_heard(deleted=True)

    patch.setitem(PERFORM, DeleteAll, once)


def restore_not_waited_for(patch: pytest.MonkeyPatch) -> None:
    """Whoever was just recording the restore is not waited for."""
    through = table._through

    def at_once(situation: Any) -> Any:
        at = {**situation.record.levelled_at, table.IMPORTED: situation.now - timedelta(hours=1)}
        return through(situation._replace(record=replace(situation.record, levelled_at=at)))

    patch.setitem(DECIDE, PHASE.THROUGH, at_once)


def not_swept(patch: pytest.MonkeyPatch) -> None:
    """A drill ends while its restore has yet to remove what was unpacked."""
    patch.setattr(table, "_is_swept", lambda _: True)


def another_account(patch: pytest.MonkeyPatch) -> None:
    """The restore is recorded in whatever account the policy names by then."""
    patch.setattr(perform, "_check_account", lambda *_: None)


# One at a time


def not_looked_beside(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks again whether another drill is being recorded."""
    patch.setattr(record, "check_alone", lambda *_: None)


def no_marker(patch: pytest.MonkeyPatch) -> None:
    """A drill is recorded without its marker."""
    name = Ledger.name
    patch.setattr(Ledger, "name", lambda self, key: None if key.startswith("open-drills/") else name(self, key))


def markers_not_read(patch: pytest.MonkeyPatch) -> None:
    """A plan does not look at what is open."""
    patch.setattr(maintain, "_open", lambda _: iter(()))
    not_looked_beside(patch)


def marker_gone_too_soon(patch: pytest.MonkeyPatch) -> None:
    """The marker goes with the clean-up's note."""
    leave = advance._leave_hints

    def early(context: Any, one: Any, rest: Any, came_from: Any) -> frozenset[str]:
        hints = leave(context, one, rest, came_from)
        if one.clean_up:
            context.ledger.delete(keys.DrillOpen(one.request.place, one.drill_id).key)
        return hints

    patch.setattr(advance, "_leave_hints", early)


def fact_before_hint(patch: pytest.MonkeyPatch) -> None:
    """A drill is recorded, and only then its marker and its hint."""
    no_marker(patch)

    def schedule(self: Ledger, hint: str, then: Callable[[], Any]) -> Any:
        found = then()
        self.put(hint)
        return found

    patch.setattr(Ledger, "schedule", schedule)


def hints_alone(patch: pytest.MonkeyPatch) -> None:
    """Nobody sweeps the markers that no hint leads to."""
    patch.setattr(sweep, "_unhinted_others", lambda _: [])


# Verdicts


def refusals_without_end(patch: pytest.MonkeyPatch) -> None:
    """A level waits for as long as it is refused."""
    patch.setattr(table, "_without", lambda *_: None)


def all_of_the_export(patch: pytest.MonkeyPatch) -> None:
    """What the account lacks is a word on the export."""
    patch.setattr(table, "is_of_export", lambda _: True)
    patch.setattr(view, "is_of_export", lambda _: True)


def slow_without_an_image(patch: pytest.MonkeyPatch) -> None:
    """A restore that came to nothing was too slow."""
    too_slow = view.is_too_slow

    def any_restore(one: Any) -> bool:
        proved = LevelFact(verdict="Proved", why="")
        return too_slow(replace(one, levels={**one.levels, table.IMPORTED: proved}))

    patch.setattr(view, "is_too_slow", any_restore)


def not_set_is_failed(patch: pytest.MonkeyPatch) -> None:
    """A boot mode that could not be set afterwards is a fault of the export."""
    imported = table._imported

    def strict(ended: Any) -> Any:
        verdict, why = imported(ended)
        return ("Failed" if "UEFI-Preferred" in why else verdict), why

    patch.setattr(table, "_imported", strict)


def running_is_spoken(patch: pytest.MonkeyPatch) -> None:
    """An instance that runs has a guest that came up."""
    patch.setitem(LISTEN, table.SPOKE, lambda _: table._say(table.SPOKE, "Proved", "it runs"))


def assistant_not_asked(patch: pytest.MonkeyPatch) -> None:
    """Cloud Assistant answers, whatever it says."""
    patch.setitem(PERFORM, AskAssistant, lambda look, _: look.with_heard(assistant=Assistant(answers=True)))


def given_is_done(patch: pytest.MonkeyPatch) -> None:
    """A command that was given has ended with 0."""
    done = CommandResult("Success", 0, "")
    patch.setitem(PERFORM, LookAtCommand, lambda look, _: look.with_heard(result=done))


def proved_by_half(patch: pytest.MonkeyPatch) -> None:
    """A drill is Proved by an image that was checked, whatever its entry asks for."""
    verdict_of = view.verdict_of

    def half(one: Any) -> Any:
        entry = replace(one.request.entry, boot=None)
        return verdict_of(replace(one, request=replace(one.request, entry=entry)))

    patch.setattr(view, "verdict_of", half)


def failures_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A level that failed makes no drill Failed."""
    verdict_of = view.verdict_of
    patch.setattr(view, "verdict_of", lambda one: "Unproven" if verdict_of(one) == "Failed" else verdict_of(one))


def levels_read_first(patch: pytest.MonkeyPatch) -> None:
    """The clean-up is read after the levels: one that came between is not seen."""
    load = facts.load

    def stale(ledger: Ledger, drill: str) -> Any:
        early, now = load(ledger, drill), load(ledger, drill)
        return now and early and replace(now, levels=early.levels, levelled_at=early.levelled_at)

    patch.setattr(facts, "load", stale)


# What is told


def evidence_last(patch: pytest.MonkeyPatch) -> None:
    """The end is told, and then the evidence written."""
    write = perform._write_evidence

    def conclude(look: Any, _step: Any) -> Any:
        one, ledger = look.record, look.context.ledger
        verdict = view.verdict_of(one)
        bucket, manifest = split(one.request.manifest)
        key = names.evidence_key(manifest, one.requested_at.strftime("%Y%m%d"), one.drill_id)
        ended = DrillEnded(verdict=verdict, evidence=f"oss://{bucket}/{key}")
        standing = ledger.create(keys.DrillEnded(one.drill_id).key, ended)
        write(look, view.evidence_of(one, verdict, one.clean_up or CleanUp()))
        return look.anew(replace(one, ended=standing.fact, ended_at=standing.at))

    patch.setitem(PERFORM, Conclude, conclude)


def noted_with_the_end(patch: pytest.MonkeyPatch) -> None:
    """The series is noted by whoever ends the drill, and by nobody after his death."""
    conclude, note = perform._conclude, perform._note_drilled

    def both(look: Any, step: Any) -> Any:
        return note(conclude(look, step), NoteDrilled())

    patch.setitem(PERFORM, Conclude, both)
    patch.setitem(DECIDE, PHASE.ENDED, lambda _: Pause())


def told_fact_forgotten(patch: pytest.MonkeyPatch) -> None:
    """That a target has accepted the event is not written down."""
    patch.setattr(
        OfDrill,
        "accepted",
        lambda self, _ledger, pending, **_: OfDrill(
            replace(self.record, delivered=self.record.delivered | {pending.fact})
        ),
    )


NOT_FAILED = "Unproven", "Failed"

MUTANTS = (
    Mutant("a token for each call", INSTANCE, any_token, DOUBT),
    Mutant("instance not looked for by its tag", INSTANCE, not_looked_for, LOST_ANSWERS),
    Mutant("parameters made anew", SAME, other_parameters, DOUBT),
    Mutant("no AutoReleaseTime", RELEASED, never_released, BOOTED),
    Mutant("no tag on the instance", LEFT, untagged, BOOTED),
    Mutant("called without end", ENDS, called_without_end, COMMAND),
    Mutant("called after a cancel", CALLED_OFF, called_after_a_cancel, CANCELLED),
    Mutant("cancel not seen", CALLED_OFF, cancel_not_seen, CANCELLED),
    Mutant("clean-up noted too late", NOTED, noted_too_late),
    Mutant("image before its instance", ORDER, image_first, BOOTED),
    Mutant("deleted whatever its tags are", FOREIGN, any_tag, UNTAGGED),
    Mutant("clean-up overwritten", NOTED, overwrites("/clean-up"), SLOW),
    Mutant("snapshots not noted", LEFT, snapshots_not_noted),
    Mutant("instance left to ECS", LEFT, instance_left, BOOTED),
    Mutant("image gone while a call is on its way", LEFT, image_gone_at_once, CANCELLED),
    Mutant("image gone while an import is on its way", IMAGE, imports_thought_over, DrillGround(imports=("late",))),
    Mutant("a refused deletion forgotten", LEFT, not_deleted, REFUSED),
    Mutant("a restore on its way not waited for", LEFT, restore_not_waited_for, SLOW),
    Mutant("ended before its restore has swept", LEFT, not_swept, UNPACKED),
    Mutant("restored in another account", LEFT, another_account, POLICY),
    Mutant("another drill not looked for beside", ALONE, not_looked_beside, TOGETHER),
    Mutant("no marker", ALONE, no_marker, TOGETHER),
    Mutant("markers not read", ALONE, markers_not_read, TOGETHER),
    Mutant("marker gone with the clean-up", ALONE, marker_gone_too_soon, UNPACKED),
    Mutant("fact before marker and hint", ENDS, fact_before_hint, KILLED),
    Mutant("markers not swept", LEFT, hints_alone, KILLED),
    Mutant("refusals waited for without end", ENDS, refusals_without_end, COMMAND),
    Mutant("silence taken for a failure", FAILURE, says_instead(LISTEN, table.SPOKE, *NOT_FAILED), COMMAND),
    Mutant("no answer taken for a failure", FAILURE, says_instead(LISTEN, table.ANSWERED, *NOT_FAILED), COMMAND),
    Mutant("sold out taken for a failure", FAILURE, says_instead(DECIDE, PHASE.STARTING, *NOT_FAILED), SOLD_OUT),
    Mutant("no check taken for a failure", FAILURE, says_instead(DECIDE, PHASE.CHECKING, *NOT_FAILED)),
    Mutant("no check taken for a proof", PROOF, says_instead(DECIDE, PHASE.CHECKING, "Unproven", "Proved")),
    Mutant("a lacking right taken for a failure", FAILURE, all_of_the_export, POLICY),
    Mutant("too slow without an image", FAILURE, slow_without_an_image, ROLELESS),
    Mutant("a boot mode not set taken for a failure", FAILURE, not_set_is_failed, REFUSED),
    Mutant("running taken for spoken", PROOF, running_is_spoken, COMMAND),
    Mutant("Cloud Assistant not asked", PROOF, assistant_not_asked, BOOTED),
    Mutant("a command given taken for done", PROOF, given_is_done, FAILS),
    Mutant("Proved without the levels asked for", PROOF, proved_by_half, COMMAND),
    Mutant("a failed level forgotten", LOST, failures_forgotten, FAILS),
    Mutant("level overwritten", EVENTS, overwrites("/level-"), LATE),
    Mutant("levels read before the clean-up", LEDGER, levels_read_first, SLOW),
    Mutant("end overwritten", EVENTS, overwrites("/ended"), DrillGround(faults=("refused", "slow"), together=True)),
    Mutant("evidence after the end", EVIDENCE, evidence_last),
    Mutant("series noted with the end alone", NOTES, noted_with_the_end, KILLED),
    Mutant("told fact forgotten", LEDGER, told_fact_forgotten),
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
