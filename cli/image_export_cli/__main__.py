"""`python -m image_export_cli` is the command `image-export`."""

import sys

from image_export_cli.main import main

if __name__ == "__main__":
    sys.exit(main())
