"""How it goes with taking over new snapshots: what `/ready` and `/metrics` tell of it."""

from dataclasses import dataclass


@dataclass
class Takeover:
    """How often a newer snapshot could not be taken over, and why the last one was not; empty if it was."""

    failures: int = 0
    fault: str = ""
