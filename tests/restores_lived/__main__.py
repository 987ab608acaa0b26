"""`make simulate-restores SEEDS=FIRST-LAST`: lives of restores, as `make simulate` lives exports."""

from tests.simulation.__main__ import command

from .life import live

if __name__ == "__main__":
    command(live, "simulate-restores", "restores")
