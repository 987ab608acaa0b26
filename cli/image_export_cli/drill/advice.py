"""What to do after a drill: a sentence for each level that failed or proved nothing. Pure data, and its choice."""

from collections.abc import Iterator

from image_export.values.drill.drill import Drill, LevelName, LevelVerdict

from ..answers.exports import Next
from .rows import decisive

NOTHING = "Nothing is to be done: what came back works, and all of it is deleted again."
AGAIN = "image-export drill run {drill.export_id} --name {drill.name}"
ANEW = "image-export export {drill.source_image_id}"
BY_HAND = "image-export restore {drill.export_id}"
SLOW = "The image came back too late. `Seconds` says what took how long; correct restore_within where that is normal:"
EARLY = "It was called off, or could not go on. Drill the export again:"
ADVICE: dict[tuple[LevelVerdict, LevelName], tuple[str, str]] = {
    ("Failed", "Imported"): ("The export does not come back. Look at what is said of it, and export anew:", ANEW),
    ("Failed", "Checked"): (
        "ECS warns of the image. Mend that on a machine of it, make an image, and export that.",
        "",
    ),
    ("Failed", "PoweredOn"): ("Nothing of it has started. See once more, then restore it and try by hand:", AGAIN),
    ("Failed", "Spoke"): ("The guest does not come up. Restore it, start it, and look at its console:", BY_HAND),
    ("Failed", "Answered"): ("Cloud Assistant has failed. Restore the image, start it, and look:", BY_HAND),
    ("Failed", "Proved"): ("The guest is up, and the policy's command fails. The evidence has its output.", ""),
    ("Unproven", "Imported"): ("Nothing could be tried. Mend what is said of it, and drill again:", AGAIN),
    ("Unproven", "Checked"): ("Image check has said nothing. With `boot` in the policy the guest itself is asked.", ""),
    ("Unproven", "PoweredOn"): ("Nothing could be started. Mend what is said of it, and drill again:", AGAIN),
    ("Unproven", "Spoke"): ("The console was silent. Have the image write to it: console=ttyS0 of its kernel.", ""),
    ("Unproven", "Answered"): ("Install Cloud Assistant in the image, or expect no more than the console.", ""),
    ("Unproven", "Proved"): (
        "The policy's command was not run to its end. Look at the level before, and drill again:",
        AGAIN,
    ),
}


def what_now(drill: Drill) -> Iterator[Next]:
    """What comes next, or can be done."""
    if drill.verdict is None:
        yield Next(message="The watcher goes on with it each minute. Look again, or call it off:")
        yield Next(message="", command=f"image-export drill show {drill.drill_id}")
        yield Next(message="", command=f"image-export drill cancel {drill.drill_id}")
        return
    message, command = _after(drill, drill.verdict)
    yield Next(message=message, command=command.format(drill=drill) or None)


def _after(drill: Drill, verdict: LevelVerdict) -> tuple[str, str]:
    if verdict == "Proved":
        return NOTHING, ""
    level = decisive(drill)
    if level is None:
        return (SLOW, "") if verdict == "Failed" else (EARLY, AGAIN)
    return ADVICE[verdict, level.name]
