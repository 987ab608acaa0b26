"""A zip that is the same bytes whenever and wherever the same files are put into it."""

import zipfile
from pathlib import Path
from typing import NamedTuple

BEGINNING_OF_ZIP = (1980, 1, 1, 0, 0, 0)  # no earlier time can be said in a zip
READABLE_FILE = 0o100644
UNIX = 3


class Size(NamedTuple):
    """How large it is, in bytes, as it is uploaded and as it is unpacked."""

    zipped: int
    unzipped: int

    def __str__(self) -> str:
        return f"{self.zipped / 1e6:.1f} MB zipped, {self.unzipped / 1e6:.1f} MB unzipped"


def write_zip(folder: Path, file: Path) -> Size:
    """Zip what is in `folder`: sorted names, one time, one mode, no owner."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unzipped = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), BEGINNING_OF_ZIP)
            entry.compress_type, entry.create_system, entry.external_attr = (
                zipfile.ZIP_DEFLATED,
                UNIX,
                READABLE_FILE << 16,
            )
            body = path.read_bytes()
            out.writestr(entry, body)
            unzipped += len(body)
    return Size(file.stat().st_size, unzipped)
