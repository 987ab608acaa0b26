"""The functions' code as a test deploys it with a policy of its own: the modules where they are, compiled already."""

from pathlib import Path

CODE = Path(__file__).parent.parent / "functions" / "image-export"
OWN = "policy.yaml"


def deployed_to(folder: Path) -> Path:
    """The code in a new folder: links to what no test changes, and a policy that it may. A copy has no bytecode."""
    folder.mkdir(parents=True)
    for path in CODE.iterdir():
        if path.name != OWN:
            (folder / path.name).symlink_to(path)
    (folder / OWN).write_bytes((CODE / OWN).read_bytes())
    return folder
