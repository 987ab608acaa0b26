"""Who asks for an export, or whether all is well, does not wait for what restores need to be loaded."""

import subprocess
import sys

import pytest

WITHOUT = (
    *(f"image_export.{kind}.restore" for kind in ("use_cases", "decisions", "values")),
    *(f"image_export.{kind}.drill" for kind in ("use_cases", "decisions")),
)
ROUTES = "image_export.use_cases.entrances"


def loaded(*modules: str) -> set[str]:
    """The rooms of restores that these modules load."""
    program = f"import sys, {', '.join(modules)}; print(*(name for name in sys.modules if name.startswith({WITHOUT})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "modules",
    [
        ("index", f"{ROUTES}.http"),
        (f"{ROUTES}.health", "image_export.decisions.http.health_query"),
        (f"{ROUTES}.exports_api", f"{ROUTES}.list_exports", "image_export.decisions.http.unread"),
        (f"{ROUTES}.event",),
        ("image_export.use_cases.watch.watch",),
    ],
    ids=["start", "health", "exports", "events", "watch"],
)
def test_exports_and_health_load_no_room_of_restores(modules: tuple[str, ...]) -> None:
    assert loaded(*modules) == set()


def test_what_is_looked_for_would_be_found() -> None:
    assert "image_export.use_cases.restore.begin" in loaded(f"{ROUTES}.restores_api")
