"""Whether this machine's clock is the cloud's: signatures are refused a quarter of an hour beside it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from image_export.errors import CloudFault

from ...deployment.finding import Finding, note, ok, unknown, wrong
from ..examined import Examined

MOST = timedelta(minutes=15)
TOO_FAR = ("RequestTimeTooSkewed", "InvalidTimeStamp.Expired")  # of OSS, of RPC
OF_ITS_OWN = "An emulator may have a time of its own; with --speed 1 it is this machine's."


def clock(examined: Examined) -> Iterator[Finding]:
    """By the Date of an answer, which a refusal has as well. The functions' own clocks are FC's."""
    refused = False
    try:
        examined.cloud.bucket(examined.deployment.region, examined.deployment.settings.ledger_bucket)
    except CloudFault as fault:
        refused = fault.code in TOO_FAR
        if examined.cloud.cloud_time() is None:
            yield unknown("clock", f"OSS gave no answer with a Date: {fault.cause.message}")
            return
    yield from compare(datetime.now(timezone.utc), examined.cloud.cloud_time(), refused=refused)


def compare(here: datetime, there: datetime | None, *, refused: bool) -> Iterator[Finding]:
    """Within a quarter of an hour, or not; `refused` says whether the cloud has refused a signature for its time."""
    if there is None:
        yield unknown("clock", "OSS gave no answer with a Date.")
        return
    skew = here - there
    seconds = round(abs(skew).total_seconds())
    side = "ahead of" if skew > timedelta() else "behind"
    if refused:
        message = f"Is {seconds} s {side} the cloud's: every signature of this machine is refused."
        yield wrong("clock", message, "Let the machine keep its time by NTP.", "sudo timedatectl set-ntp true")
    elif abs(skew) > MOST:
        message = f"Is {seconds} s {side} the Date of OSS, and yet the cloud takes the signatures of this machine."
        yield note("clock", message, OF_ITS_OWN)
    else:
        yield ok("clock", f"Is the cloud's, within {seconds} s.")
