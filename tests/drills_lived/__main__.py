"""`make simulate-drills SEEDS=FIRST-LAST`: lives of drills, as `make simulate` lives exports."""

from tests.simulation.__main__ import command

from .life import live

if __name__ == "__main__":
    command(live, "simulate-drills", "drills")
