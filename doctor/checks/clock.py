"""Whether this machine's clock is the cloud's: signatures are refused a quarter of an hour beside it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from image_export.errors import CloudFault

from ..finding import Finding, ok, unknown, wrong
from ..site import Site

MOST = timedelta(minutes=15)  # "RequestTimeTooSkewed" of OSS, "InvalidTimeStamp.Expired" of RPC


def clock(site: Site) -> Iterator[Finding]:
    """By the Date of an answer, which a refusal has as well. The functions' own clocks are FC's."""
    try:
        site.cloud.bucket(site.deployment.region, site.deployment.settings.ledger_bucket)
    except CloudFault as fault:
        if site.cloud.cloud_time() is None:
            yield unknown("clock", f"OSS gave no answer with a Date: {fault.cause.message}")
            return
    yield from compare(datetime.now(timezone.utc), site.cloud.cloud_time())


def compare(here: datetime, there: datetime | None) -> Iterator[Finding]:
    """Within a quarter of an hour, or not."""
    if there is None:
        yield unknown("clock", "OSS gave no answer with a Date.")
        return
    skew = here - there
    seconds = round(abs(skew).total_seconds())
    side = "ahead of" if skew > timedelta() else "behind"
    if abs(skew) > MOST:
        message = f"Is {seconds} s {side} the cloud's: every signature of this machine is refused."
        yield wrong("clock", message, "Let the machine keep its time by NTP.", "sudo timedatectl set-ntp true")
    else:
        yield ok("clock", f"Is the cloud's, within {seconds} s.")
