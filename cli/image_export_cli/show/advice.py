"""What now? What happens next by itself, what a person can do, and the command to type. Pure."""

from collections.abc import Iterator

from image_export.decisions.codes import PAUSED, is_full, recommendation
from image_export.decisions.results.notifications import manifest_pending, pending
from image_export.values.export import Export

from ..answers.exports import Next
from .facts import Facts

FOLLOW = "image-export watch {}"
CANCEL = "image-export cancel {}"
RETRY = "image-export retry {}"
RESUME = "image-export resume"
SHOW = "image-export show {}"
DOCTOR, EVENTS = "image-export doctor", "image-export events list"
NOTHING = "Nothing is left to do."


def what_now(facts: Facts, export: Export) -> tuple[Next, ...]:
    """In the order of what to do first."""
    return tuple(_ended(facts, export) if facts.record.ended else _open(facts, export)) or (Next(message=NOTHING),)


def _open(facts: Facts, export: Export) -> Iterator[Next]:
    name = export.export_id
    if facts.record.cancel_at:
        yield Next(message="The end was asked for: the task's own end decides. Follow it:", command=FOLLOW.format(name))
        return
    yield Next(message=_goes_on(export), command=FOLLOW.format(name))
    advice = recommendation(export.reason) if export.reason else None
    if advice and not is_full(export.reason):
        yield Next(message=advice, command=RESUME if export.reason == PAUSED else None)
    if export.reason == "Stalled":
        yield Next(
            message="If the percent does not move, end it, and ask again after that.", command=CANCEL.format(name)
        )
    else:
        yield Next(message="Call it off where it is not wanted any more.", command=CANCEL.format(name))


def _goes_on(export: Export) -> str:
    """What the watcher does by itself."""
    if export.status == "Requested":
        if is_full(export.reason):
            return "It starts by itself when its account and region have room. Follow it:"
        if export.reason == PAUSED:
            return "It keeps its place, and starts once starts are resumed. Follow it:"
        return "The watcher tries by itself to start it. Follow it:"
    if export.status == "Verifying":
        return "The task is Finished: the watcher proves the objects. Follow it:"
    return "The watcher follows the task to its end. Follow it, too:"


def _ended(facts: Facts, export: Export) -> Iterator[Next]:
    name = export.export_id
    if export.status != "Completed":
        if export.error and export.error.recommend:
            yield Next(message=export.error.recommend)
        if facts.followed_by:
            yield Next(message="Another export of the image has followed.", command=SHOW.format(facts.followed_by))
        else:
            yield Next(message="Do it once more, when the cause is mended.", command=RETRY.format(name))
    elif export.missing_objects:
        yield Next(message="Objects that were proven are gone: export the image again, if there still is one.")
    if export.drill_verdict == "Failed":
        message = "The last drill says that it cannot be relied on. Its evidence, beside the manifest, says why."
        yield Next(message=message)
    if manifest_pending(facts.record):
        yield Next(message="The watcher writes the manifest, and tells the notify targets after that.")
    for one in pending(facts.record):
        message = f"The watcher tells {one.target.name} that it is {one.kind}"
        again = f"{message}, again and again for 14 days. This may say why it does not accept:"
        yield Next(message=again, command=DOCTOR) if one.refused_since else Next(message=f"{message}.")
    if any(found.fact.given_up for found in facts.delivered.values()):
        yield Next(message="What was given up can be delivered once more. It has a name here:", command=EVENTS)
