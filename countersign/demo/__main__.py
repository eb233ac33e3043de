"""``bin/demo``, once the environment stands: see :mod:`countersign.demo.supervisor`."""

import sys

from countersign.demo.supervisor import main

if __name__ == "__main__":
    sys.exit(main())
