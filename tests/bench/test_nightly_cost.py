"""What a night costs, at a small size: the counts of the bench's row "nightly", so that a regression fails."""

from tests.bench.nightly import LISTINGS, PAGES, PLACES, lay, night, policy
from tests.bench.world import bench_world


def test_a_night_asks_by_the_page_and_never_for_an_image_that_is_exported_already() -> None:
    with bench_world(policy=policy()) as world:
        lay(world, 2_400)  # 120 in each region: two pages of images, one of names
        first, quiet = night(world, 1), night(world, 2)
    assert sum(total["Recorded"] for total in first.answer["Totals"]) == 2 * len(PLACES)
    assert sum(total["Exported"] for total in quiet.answer["Totals"]) == 2_400
    assert quiet.calls[PAGES] == 2 * len(PLACES)
    assert quiet.calls[LISTINGS] == 2 * len(PLACES) + 3  # what is known, what failed; holds, queues, stalls
    assert quiet.others(PAGES, LISTINGS).total() <= len(PLACES) + 5  # the cursor, after each region
    assert first.total - quiet.total <= 10 * 2 * len(PLACES)  # for each new image, and a session for each region
    assert quiet.peak_mb < 256
