"""A service of `forking.py`, as a command: PLACE, and the flags of `graph-service serve`. It runs until this is told to stop.

It imports little, since it is started hundreds of times.
"""

import json
import signal
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    connection.sendall(json.dumps(sys.argv[2:]).encode() + b"\n")
    signal.signal(signal.SIGTERM, lambda *_: connection.shutdown(socket.SHUT_WR))
    # The other side closes when the service has ended.
    connection.recv(1)
