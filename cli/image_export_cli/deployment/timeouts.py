"""How long each function may run at most: FC's kill at the time-out is what "never twice" rests on. Pure.

Only functions of five minutes or less may call ExportImage (docs/protocol.md#rule-7). The nightly one never does; what
it works on is taken over after eleven minutes, so that it must be gone by then. Those that unpack and plan drills call
neither, and two of them at one thing do no harm: they may take as long as FC allows.
"""

from .deployment import MAINTAIN, NIGHTLY, UNPACK
from .finding import Finding, wrong

STARTING_S, NIGHTLY_S, LONGEST_S = 300, 600, 86400
WHY = (
    "It may call ExportImage, and FC's kill at the time-out is all that ends a worker that hangs: one that lives "
    "longer than 300 s may export twice."
)
WHY_NIGHTLY = "The watcher goes on with a night after 11 minutes, and both would choose images: more than max_per_run."
ANY = (LONGEST_S, "FC allows no more.")
MOST = {NIGHTLY: (NIGHTLY_S, WHY_NIGHTLY), UNPACK: ANY, MAINTAIN: ANY}


def too_long(subject: str, handler: str, timeout_s: int, where: str) -> list[Finding]:
    """The finding, if the time-out that a function has in s.yaml or as deployed is too long; `where` says which."""
    most, why = MOST.get(handler, (STARTING_S, WHY))
    if timeout_s <= most:
        return []
    message = f"Its time-out is {timeout_s} s {where}. {why}"
    return [wrong(subject, message, f"Set `timeout: {most}` or less in s.yaml, and deploy.")]
