"""The packages of versions that were released, as they were uploaded; and today's, beside them.

`python -m tests.versions COMMIT FILE` keeps the package of a commit in a zip.
"""

import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

from alicloud_emulator.fc.process import base_python
from image_export_cli.artifacts.building import CODE, build_package
from image_export_cli.artifacts.compiling import compile_all
from image_export_cli.artifacts.runtimes import Interpreter
from image_export_cli.artifacts.zipping import write_zip

HERE = Path(__file__).parent
FUNCTIONS = "functions/image-export"
COMPILES = Interpreter("this machine's", base_python())  # what the emulator runs functions on, over a folder as /opt


def released(version: str, file: Path) -> Path:
    """The package of a version: what is kept of it, compiled as its own `python -m layers package` did."""
    with zipfile.ZipFile(HERE / f"{version}.zip") as kept:
        return zipped({name: kept.read(name) for name in kept.namelist()}, file, compiled=True)


def todays(file: Path) -> Path:
    """The package of this checkout, as `image-export package` builds it."""
    build_package([COMPILES], file)
    return file


def committed(commit: str) -> dict[str, bytes] | None:
    """The functions' files in a commit; None where there is no git, or no such commit."""
    archive = ["git", "archive", "--format=zip", f"{commit}:{FUNCTIONS}"]
    try:
        packed = subprocess.run(archive, cwd=HERE.parents[1], capture_output=True, check=True)  # noqa: S603 - git
    except (OSError, subprocess.CalledProcessError):
        return None
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as files:
        return {one.filename: files.read(one) for one in files.infolist() if not one.is_dir()}


def zipped(files: dict[str, bytes], file: Path, *, compiled: bool = False) -> Path:
    """These files in a zip: the same files are the same bytes."""
    with tempfile.TemporaryDirectory() as made:
        for name, body in files.items():
            (Path(made) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(made) / name).write_bytes(body)
        if compiled:
            compile_all(COMPILES, Path(made), CODE)
        write_zip(Path(made), file)
    return file
