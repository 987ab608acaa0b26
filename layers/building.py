"""The two things that are uploaded, from their parts. Knows the order of the steps; each step has its own module."""

import shutil
import tempfile
from pathlib import Path

from layers.compiling import compile_all
from layers.fetching import fetch
from layers.manifest import FILE, manifest, written
from layers.omitting import omit
from layers.runtimes import Interpreter
from layers.trimming import trim
from layers.zipping import Size, write_zip

FUNCTIONS = Path(__file__).parent.parent / "functions" / "image-export"
OPT, CODE = "/opt", "/code"  # where FC unpacks them
NOT_CODE = ("__pycache__", ".*")


def build_layer(interpreter: Interpreter, file: Path) -> Size:
    """The SDKs, for one runtime: `python/` and a manifest. Raises what fetching and compiling raise."""
    with tempfile.TemporaryDirectory() as made:
        opt = Path(made)
        sdks = opt / "python"
        fetch(interpreter.runtime, sdks)
        said = manifest(interpreter.runtime, sdks)
        omit(sdks)
        trim(sdks)
        (opt / FILE).write_text(written(said), encoding="utf-8")
        compile_all(interpreter, opt, OPT)
        return write_zip(opt, file)


def build_package(interpreters: list[Interpreter], file: Path) -> Size:
    """The functions, compiled for each runtime; the names of .pyc files keep the versions apart."""
    with tempfile.TemporaryDirectory() as made:
        code = Path(made) / "code"
        shutil.copytree(FUNCTIONS, code, ignore=shutil.ignore_patterns(*NOT_CODE))
        for interpreter in interpreters:
            compile_all(interpreter, code, CODE)
        return write_zip(code, file)
