"""What a tick costs, at a small size: the counts of the bench's row "watch", so that a regression fails."""

from tests.bench.watch import full_region


def test_a_tick_looks_at_names_alone_however_many_run_wait_or_are_done() -> None:
    with full_region(running=250, waiting=2_100) as (world, region):
        quiet = world.tick()
        region.finish(1_100)
        assert world.tick().calls == quiet.calls
        assert quiet.calls["ecs DescribeTasks"] == 3
        assert quiet.calls["ecs ExportImage"] == 1, "one probe for room"
        assert quiet.calls["ecs DescribeTaskAttribute"] == 0
        # the watcher's own facts, running, due, waiting, what is behind the full group, sweeps, and the facts of the
        # export that probes
        assert quiet.calls["oss ListObjectsV2"] == 7
        # with a look at versioning for the tick and at the claim of the export that probes, and one at the switch
        assert quiet.total <= 28
