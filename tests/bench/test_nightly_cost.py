"""What a night costs, at a small size: the counts of the bench's row "nightly", so that a regression fails."""

from tests.bench.nightly import LISTINGS, PAGES, SCOPES, lay, night, policy
from tests.bench.world import bench_world


def test_a_night_asks_by_the_page_and_never_for_an_image_that_is_exported_already() -> None:
    with bench_world(policy=policy()) as world:
        lay(world, 2_400)  # 120 in each region: two pages of images, one of names
        first, quiet = night(world, 1), night(world, 2)
    assert sum(total["Recorded"] for total in first.answer["Totals"]) == 2 * len(SCOPES)
    assert sum(total["Exported"] for total in quiet.answer["Totals"]) == 2_400
    assert quiet.calls[PAGES] == 2 * len(SCOPES)
    # known, failed; the watcher's facts, holds, queues, stalls; parts, whom it is told
    assert quiet.calls[LISTINGS] == 2 * len(SCOPES) + 6
    others = quiet.others(PAGES, LISTINGS).total()
    assert others <= 4 * len(SCOPES) + 10  # the cursor after each region, its part put, read and removed
    assert first.total - quiet.total <= 10 * 2 * len(SCOPES)  # for each new image, and a session for each region
    assert quiet.peak_mb < 256
