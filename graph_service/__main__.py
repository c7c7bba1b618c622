"""`python -m graph_service` is the command `graph-service`."""

import sys

from graph_service.cli import main

sys.exit(main())
