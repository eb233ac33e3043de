"""``python -m countersign.command_line``."""

import sys

from countersign.command_line import main

if __name__ == "__main__":
    sys.exit(main())
