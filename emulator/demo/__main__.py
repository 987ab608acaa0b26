"""`make demo`: every way to an export, shown on the emulator with the functions of s.yaml."""

import sys

from emulator.ending import ending

if __name__ == "__main__":
    with ending():  # before the imports, which take a while
        from emulator.demo.command import main

        sys.exit(main())
