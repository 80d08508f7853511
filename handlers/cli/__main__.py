"""`python -m handlers.cli`, where the script is not installed."""

import sys

from handlers.cli.app import main

sys.exit(main())
