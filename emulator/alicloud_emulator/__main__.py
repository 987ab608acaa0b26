"""`alicloud-emulator`: serve one emulated cloud until it is told to stop."""

import sys

from alicloud_emulator.ending import ending

if __name__ == "__main__":
    with ending():  # before the imports, which take a while
        from alicloud_emulator.command import main

        sys.exit(main())
