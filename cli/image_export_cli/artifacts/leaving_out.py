"""What of the functions' code no function reads: modules for documents and schemas, and docstrings, which are for us.

Docstrings of classes stay: the OpenAPI document is made of them. All lines keep their numbers.
"""

import ast
from pathlib import Path

from image_export_cli.artifacts.omitting import remove

UNREAD = ("image_export/values/log_events", "image_export/decisions/policy/schema.py")
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)


def leave_out(code: Path) -> None:
    """Do so in a copy of the code."""
    for name in UNREAD:
        unread = code / name
        files = unread.rglob("*.py") if unread.is_dir() else [unread]
        remove(code, [file.relative_to(code) for file in files])
    for file in code.rglob("*.py"):
        file.write_text(without_docstrings(file.read_text(encoding="utf-8")), encoding="utf-8")


def without_docstrings(source: str) -> str:
    """The source with empty docstrings of modules and functions, each as many lines long as it was."""
    lines = source.splitlines()
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, DOCUMENTED)]
    for docstring in (node.body[0] for node in nodes if ast.get_docstring(node) is not None):
        first, last = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
        rest = lines[last].encode()[docstring.end_col_offset or 0 :].decode()
        indent = lines[first].encode()[: docstring.col_offset].decode()
        lines[first : last + 1] = [f'{indent}""{rest}', *[""] * (last - first)]
    return "\n".join([*lines, ""])
