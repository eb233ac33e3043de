"""``python -m countersign.command_line``."""

import sys

from countersign.command_line import main

sys.exit(main())
