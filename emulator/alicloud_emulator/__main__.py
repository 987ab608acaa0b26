"""`alicloud-emulator`: serve one emulated cloud until it is told to stop."""

import sys

from alicloud_emulator.ending import ending


def main() -> int:
    """The exit code."""
    with ending():  # before the imports, which take a while
        from alicloud_emulator.command import main as serve

        return serve()


if __name__ == "__main__":
    sys.exit(main())
