"""Output of commands: results and reports on standard output, progress on standard error."""

import json
import sys


def write_out(content: bytes) -> None:
    """Write bytes to standard output and flush."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def print_json(value: object) -> None:
    """Print a value as JSON for people and programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def say(message: str) -> None:
    """Print a sentence on standard error."""
    print(message, file=sys.stderr, flush=True)


def show(message: str) -> None:
    """Print progress, if standard error is a terminal."""
    if sys.stderr.isatty():
        say(message)
