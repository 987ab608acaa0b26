"""The proof that the simulation can see: each rule left out, one at a time, must break an invariant within few seeds.

First docs/protocol.md#what-broke-without-a-rule, row by row, then faults of our own, then what attack has found. A
mutant that is not caught says that the simulation is blind: mend that, not the list.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest

from . import arrivals_mutants as later
from . import channel_mutants as channels
from . import delivery_mutants as deliveries
from . import identity_mutants as found
from . import odd_mutants as odd
from . import own_mutants as own
from . import pauses
from . import protocol_mutants as protocol
from . import refused_mutants as refused
from . import rights_mutants as rights
from . import token_mutants as tokens
from .channel_checks import FLOODED, REMEMBERED, WANTED
from .life import live
from .world import Ground

LOST = ("after", "killed after")
DOUBTFUL = Ground(fates=("fail", "finish"), starts=LOST)  # within the rules: most starts in doubt, half of them fail
BESIDE = Ground(fates=("fail", "finish"), starts=LOST, others=True)  # the same; somebody else exports the image too
SLOW = Ground(lag=timedelta(minutes=19), fates=("fail", "finish"), starts=LOST)  # the same, and listed just in time
CANCELLED = Ground(starts=("slow", "frozen"), cancels=True)
LATE = Ground(lag=timedelta(minutes=40), fates=("fail", "finish"), starts=LOST)  # beyond the wait
LATE_AND_WELL = Ground(lag=timedelta(minutes=40), fates=("finish",), starts=LOST)  # the same; and no task fails
NEVER_MADE = Ground(fates=("fail",), starts=("before", "after"))  # doubts, in which there may be no task at all
UNBOUNDED = Ground(kills=False, starts=("frozen",))
BLIND = Ground(blind=True)
REPLAYED = Ground(fates=("fail", "finish"), replays=True)
APART = Ground(conditions=("clocks",), fates=("fail", "finish"), starts=LOST)
APART_AND_LATE = Ground(conditions=("clocks",), fates=("objects late",))
VERSIONED = Ground(conditions=("versioning", "repeats"), starts=("slow", "frozen"))
JUMPING = Ground(conditions=("dates",), fates=("fail", "finish"), starts=LOST, lag=timedelta(minutes=19))
SLOWLY = ("finish in days", "all but never ends")
GOES = Ground(fates=SLOWLY, dies="comes and goes")  # twice for ten days, with a day between
CHANNELS, BLIND_CHANNELS = Ground(channels=True), Ground(channels=True, blind=True)
SLOW_TARGET, SILENT_TARGET = Ground(slow=True), Ground(refuses=True, unresponsive=True)

TWICE, DELIVERED, POLICY = "never twice", "every end is told, once an id", "nothing outside the policy"
SUCCESS, FAILURE, LEFT = "never a false success", "never a false failure", "nothing is left"
LOSE, ENDS, RULE, LEDGER = "never lost", "every export ends", "once by rule", "the ledger explains itself"
OVER = "no object is written over"
REFUSED, CALLED_OFF = "a watch is refused for a fortnight", "a cancel ends what cannot be seen"
AGAIN = "what was cancelled is exported again"
ENTRANCES, STARTS, SOON = (
    "entrances deliver nothing",
    "starts come before deliveries",
    "an end is heard of soon",
)
WASTED, SEEN = "no attempt is wasted", "a breach is seen"
ONCE_MORE = "once more is one more"
BUG = "no bug"


def unpatched(_patch: pytest.MonkeyPatch) -> None:
    """The code as it is, on ground that breaks what the promises rest on."""


class Mutant(NamedTuple):
    """What is taken away: a rule of the code, or what the promises rest on; and the invariant that must break."""

    name: str
    breaks: str
    patch: Callable[[pytest.MonkeyPatch], None] = unpatched
    ground: Ground = Ground()


class Caught(NamedTuple):
    """The first seed that breaks it, and how."""

    seed: int
    how: str


RULES = (
    Mutant("ledger bucket versioned", TWICE, protocol.versioned, Ground(unversioned=False)),
    Mutant("ExportImage retried in place", TWICE, protocol.retried_in_place, DOUBTFUL),
    Mutant("no claim", TWICE, protocol.no_claim),
    Mutant("frozen worker not bounded by a kill", TWICE, ground=UNBOUNDED),
    Mutant("waits judged by workers' clocks", TWICE, protocol.by_workers_clocks, SLOW),
    Mutant("an empty task list believed after one minute", TWICE, protocol.believes_after_a_minute, DOUBTFUL),
    Mutant("a nameless failed task taken for foreign", TWICE, protocol.failed_is_foreign, DOUBTFUL),
    Mutant("a nameless failed task taken for ours at once", FAILURE, protocol.failed_is_ours_at_once, BESIDE),
    Mutant("task not listed for 40 minutes", TWICE, ground=LATE),
    Mutant("the same, without the look at the bucket", TWICE, protocol.no_look_at_the_bucket, LATE_AND_WELL),
    Mutant("any running task of the image adopted", FAILURE, protocol.any_running_is_ours, DOUBTFUL),
    Mutant("cancel beside the claim", LEDGER, protocol.cancel_beside_the_claim, CANCELLED),
    Mutant("error while looking taken as verdict", FAILURE, protocol.look_is_a_verdict),
    Mutant("event made from memory", DELIVERED, protocol.told_from_memory),
    Mutant("no authoritative marker", LOSE, protocol.no_authoritative_marker),
    Mutant("fact before marker", LOSE, protocol.fact_before_marker),
    Mutant("ids from chance", RULE, protocol.ids_by_chance),
    # Where FC kills, nobody comes with a TaskId after the wait. Where it does not, one key shows the breach.
    Mutant("started and void as two keys", LEDGER, protocol.two_keys_of_results, UNBOUNDED),
)
OWN = (
    Mutant("Completed without proof", SUCCESS, own.unproven),
    Mutant("a lapse taken for a day", FAILURE, own.lapse_counted_from_the_start),
    Mutant("two lapses taken for a day", FAILURE, own.lapses_bridged),
    Mutant("a flicker taken for a day", FAILURE, own.lapse_never_over),
    Mutant("a fact that cannot be understood taken for none", RULE, own.unreadable_is_none),
    Mutant("told before it stands", DELIVERED, own.told_before_it_stands),
    Mutant("one state ignored", ENDS, own.a_state_ignored),
    Mutant("unknown word taken as verdict", FAILURE, own.unknown_word_is_a_verdict),
    Mutant("time-out taken as failure", FAILURE, own.timeout_is_failure),
    Mutant("late objects taken for missing", FAILURE, own.late_objects_are_missing),
    Mutant("objects not counted", SUCCESS, own.one_object_is_enough),
    Mutant("objects not looked into", SUCCESS, own.any_object_is_good),
    Mutant("stranger's objects taken for ours", FAILURE, own.strangers_objects_are_ours),
    Mutant("marker gone before all are told", DELIVERED, own.marker_gone_too_soon),
    Mutant("told fact forgotten", LEDGER, own.told_fact_forgotten),
    Mutant("told fact before the target accepts", DELIVERED, own.told_fact_too_soon),
    Mutant("refused written as void", LEDGER, own.refused_is_void),
    Mutant("final refusal tried again", LEDGER, own.final_is_tried_again, Ground(starts=("refused",))),
    Mutant("lost answer taken for a refusal", TWICE, own.unclear_is_refused, DOUBTFUL),
    Mutant("prefix not unique", TWICE, own.prefix_not_unique),
    Mutant("409 taken for ours", TWICE, own.conflict_is_ours),
    Mutant("end overwritten", DELIVERED, own.end_overwritten),
    Mutant("policy not looked at again", POLICY, own.policy_not_looked_at_again),
    Mutant("no sweep of images", LOSE, own.no_sweep_of_images),
    Mutant("no sweep of markers, and no hint", LOSE, own.no_sweep_of_markers),
    Mutant("known before it stands", LOSE, own.known_too_soon),
    Mutant("hold that never falls", ENDS, own.hold_never_falls),
    Mutant(
        "caller thought gone too soon",
        TWICE,
        own.window_too_short,
        Ground(fates=("fail",), starts=("frozen", "killed after")),
    ),
    Mutant("task times thought to have seconds", TWICE, own.window_starts_at_the_claim, DOUBTFUL),
    Mutant(
        "nameless Finished task taken for none",
        TWICE,
        own.nameless_finished_is_void,
        Ground(fates=("objects late", "object missing"), starts=LOST),
    ),
    Mutant("end read after what came before it", DELIVERED, own.end_read_last, Ground(cancels=True)),
    Mutant(
        "ended nameless task waited for",
        ENDS,
        own.waits_for_what_has_ended,
        Ground(starts=("before",), others=True),
    ),
    Mutant("sighting without a hint", LEFT, own.sighting_left_behind),
    Mutant("409 on our own write taken for lost", WASTED, own.conflict_is_lost),
    Mutant("start without a policy", POLICY, own.starts_without_a_policy, BLIND),
    Mutant("start although it is paused", pauses.PAUSED, pauses.starts_all_the_same, pauses.PAUSES),
    Mutant("inference kept from other exports", TWICE, own.inferred_is_certain, NEVER_MADE),
    Mutant("late TaskId dropped", SEEN, own.late_task_id_dropped, UNBOUNDED),
    Mutant("void never looked at again", TWICE, own.void_is_forgotten, LATE_AND_WELL),
    Mutant("an adopted task's objects taken for too old", FAILURE, own.adopted_too_late, LATE_AND_WELL),
    Mutant(
        "fortnight counted from the event",
        DELIVERED,
        own.fortnight_from_the_event,
        Ground(refuses=True),
    ),
)
# What attack has broken in 0.1.0, each with the rule that mends it taken away again.
FOUND: tuple[Mutant, ...] = (
    Mutant("a claim removed after the end", BUG, rights.tidying_up_after_the_end),
    Mutant("replay's token as a caller spells it", ONCE_MORE, tokens.spelled_as_a_caller_could, REPLAYED),
    Mutant("a caller's token taken for a replay's", ONCE_MORE, tokens.trusting_what_a_caller_wrote, REPLAYED),
    Mutant("an answer taken for silence", "nobody is held up", odd.answer_is_silence, Ground(odd="poisoned")),
    Mutant("a refused object taken for none", RULE, odd.refused_is_none, Ground(odd="archived")),
    Mutant("a look that asks for no time", "no tick dies of its looks", odd.no_look_at_the_clock, Ground(odd="slow")),
    Mutant(
        "begun before all is recorded",
        "all of an array is taken",
        odd.begun_before_all_is_recorded,
        Ground(odd="array"),
    ),
    Mutant("no rule matches, decided at once", later.TAGGED, later.decided_at_once, later.LATE_TAGS),
    Mutant("a sweep forgets what no rule wants yet", later.TAGGED, later.sweeps_forget, later.LATE_TAGS),
    Mutant("time for tags counted from the event", later.TAGGED, later.time_counted_from_the_event, later.LATE_TAGS),
    Mutant("an old night answered as new", later.NIGHTS, later.old_nights_are_new, later.REPEATS),
    Mutant(
        "answered prefix taken for a caller's own",
        TWICE,
        found.answered_prefix_is_taken,
        Ground(conditions=("repeats",)),
    ),
    Mutant(
        "prefix without the ledger's id", OVER, found.prefix_without_the_ledger, Ground(conditions=("older ledger",))
    ),
    Mutant("clocks thought equal", TWICE, found.clocks_thought_equal, APART),
    Mutant("new images by OSS's clock", LOSE, found.images_by_our_clock, Ground(conditions=("clocks",))),
    Mutant("end of a task by the clock of ECS", FAILURE, found.end_by_the_clock_of_ecs, APART_AND_LATE),
    Mutant("latest date believed", TWICE, found.latest_date_believed, JUMPING),
    Mutant("versioning asked once", TWICE, found.versioning_asked_once, VERSIONED),
    Mutant("requests compared as they are said", RULE, found.compared_as_said, Ground(conditions=("repeats",))),
    Mutant("any smaller disk taken for whole", SUCCESS, found.any_size_is_whole, Ground(conditions=("small",))),
    Mutant(
        "unknown disks taken for none",
        SUCCESS,
        found.unknown_disks_are_none,
        Ground(conditions=("disks",), fates=("object missing", "finish")),
    ),
    Mutant("refused looks never end", ENDS, refused.never_over, Ground(dies="gone")),
    Mutant("one good look does not restart the fortnight", REFUSED, refused.never_anew, GOES),
    Mutant("a gap in watching counts", REFUSED, refused.gaps_count, Ground(fates=SLOWLY, dies="unwatched")),
    Mutant("a cancel waits for a look that works", CALLED_OFF, refused.cancels_wait, Ground(dies="tasks")),
    Mutant("the recorded role only", REFUSED, refused.recorded_role_only, Ground(fates=SLOWLY, dies="moved")),
    Mutant("what cannot be seen is never stalled", REFUSED, refused.stalls_need_a_look, Ground(dies="objects")),
    Mutant("cancelled taken for exported", AGAIN, refused.cancelled_is_exported, Ground(recalls=True)),
    Mutant("deliveries before starts", STARTS, deliveries.deliveries_before_starts, SLOW_TARGET),
    Mutant("a slow target uses up the time of a prompt one", SOON, deliveries.one_budget_for_all, SLOW_TARGET),
    Mutant("old debts before new ends", SOON, deliveries.oldest_first, SILENT_TARGET),
    Mutant("an entrance delivers", ENTRANCES, deliveries.entrances_deliver),
)
OF_CHANNELS = (
    Mutant("a digest records its first event alone", REMEMBERED, channels.first_of_a_digest_recorded, CHANNELS),
    Mutant("a refused digest comes again in part", DELIVERED, channels.refused_digest_is_over, CHANNELS),
    Mutant("a digest is cut", DELIVERED, channels.digest_is_cut, CHANNELS),
    Mutant("busy taken for accepted", DELIVERED, channels.busy_is_accepted, CHANNELS),
    Mutant("busy asked again at once", FLOODED, channels.busy_is_asked_again, CHANNELS),
    Mutant("refused for good tried again", REMEMBERED, channels.for_good_is_for_now, CHANNELS),
    Mutant("refused for good and not kept", DELIVERED, channels.for_good_is_not_kept, CHANNELS),
    Mutant("a withdrawn channel delivered to", POLICY, channels.withdrawn_is_delivered_to, CHANNELS),
    Mutant("a channel withdrawn in silence", DELIVERED, channels.withdrawn_in_silence, CHANNELS),
    Mutant("a channel withdrawn while no policy can be read", DELIVERED, channels.named_is_withdrawn, BLIND_CHANNELS),
    Mutant("the last policy names everybody", POLICY, channels.last_policy_is_any, BLIND_CHANNELS),
    Mutant("a channel's filter ignored", WANTED, channels.filter_is_ignored, CHANNELS),
    Mutant("a chat sent each event by itself", FLOODED, channels.chat_is_a_webhook, CHANNELS),
    Mutant("a hint of a delivery gone too soon", DELIVERED, channels.hint_goes_without_a_successor, CHANNELS),
)
MUTANTS = (*RULES, *OWN, *FOUND, *OF_CHANNELS)


def catch(mutant: Mutant, seeds: range) -> Caught | None:
    """The first of the seeds in which what must break does."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.patch(patch)
        for seed in seeds:
            for invariant, how in live(seed, mutant.ground).broken:
                if invariant == mutant.breaks:
                    return Caught(seed, how)
    return None
