"""A service of `forking.py`, as a command: PLACE, and what stands behind `graph-service`, or `make` for a build. It runs until this is told
to stop.

It imports little, since it is started hundreds of times.
"""

import json
import os
import signal
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    asked = {"arguments": sys.argv[2:], "environment": dict(os.environ)}
    signal.signal(signal.SIGTERM, lambda *_: connection.shutdown(socket.SHUT_WR))
    socket.send_fds(connection, [b"."], [0, 1, 2])
    connection.sendall(json.dumps(asked).encode() + b"\n")
    # The other side tells the status when the service has ended.
    sys.exit(int.from_bytes(connection.recv(1) or b"\1"))
