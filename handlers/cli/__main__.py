"""`python -m handlers.cli`, where the script is not installed."""

import sys

from handlers.cli import main

sys.exit(main())
