"""What a list costs, at a small size: the counts of the bench's row "listing", so that a regression fails."""

from tests.bench.listing import NEWEST_MOST, SHOWN, lay, page
from tests.bench.world import bench_world
from tests.flow.entrance import TOKEN


def test_a_list_reads_the_names_of_an_image_and_one_body_for_each_failure() -> None:
    with bench_world(token=TOKEN) as world:
        image_id = lay(world, 2_100)
        calls, answer = page(world, ImageId=image_id, MaxResults=1)
        assert [export["ImageId"] for export in answer["Exports"]] == [image_id]
        assert calls.total() <= NEWEST_MOST
        calls, answer = page(world, Status="Failed", MaxResults=SHOWN)
        assert len(answer["Exports"]) == SHOWN
        assert calls == {"oss GetObject": SHOWN, "oss ListObjectsV2": 1}
