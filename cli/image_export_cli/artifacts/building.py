"""The two things that are uploaded, from their parts. Knows the order of the steps; each step has its own module."""

import shutil
import tempfile
from pathlib import Path

from image_export.decisions.policy.file import read_policy
from image_export_cli.artifacts.compiling import compile_all
from image_export_cli.artifacts.fetching import fetch
from image_export_cli.artifacts.leaving_out import leave_out
from image_export_cli.artifacts.omitting import omit
from image_export_cli.artifacts.runtimes import Interpreter
from image_export_cli.artifacts.sdk_manifest import FILE, manifest, written
from image_export_cli.artifacts.trimming import trim
from image_export_cli.artifacts.zipping import Size, write_zip
from image_export_cli.checkout import root

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
    """The functions, compiled for each runtime; the names of .pyc files keep the versions apart.

    Raises OurFault where their policy.yaml is not valid: deployed, it would stop everything.
    """
    functions = root() / "functions" / "image-export"
    read_policy((functions / "policy.yaml").read_bytes())
    with tempfile.TemporaryDirectory() as made:
        code = Path(made) / "code"
        shutil.copytree(functions, code, ignore=shutil.ignore_patterns(*NOT_CODE))
        leave_out(code)
        for interpreter in interpreters:
            compile_all(interpreter, code, CODE)
        return write_zip(code, file)
