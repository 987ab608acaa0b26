"""Looks at a deployment and names what is wrong, with a person's credentials. Ships with no function."""

import sys
from pathlib import Path

# So that `python -m doctor` finds what the functions run on, from a fresh clone too; behind all else.
sys.path.append(str(Path(__file__).resolve().parent.parent / "functions" / "image-export"))
