"""`python -m tests.versions COMMIT FILE`."""

import sys
from pathlib import Path

from tests.versions import committed, zipped

commit, file = sys.argv[1:]
files = committed(commit)
if files is None:
    sys.exit(f"there is no commit {commit} here")
zipped(files, Path(file))
