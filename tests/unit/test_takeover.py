"""What everybody may read of a fault: no folder of the machine, and all the rest."""

from pathlib import Path

import pytest

from graph_service.web.middleware.takeover import without_folders

PLACES = (Path("/srv/my graph/queries"), Path("/srv/one.rq"), Path("../data"), Path("queries"), Path())


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("/srv/my graph/queries/one.rq:3:1: at 'ORDAR'", "queries/one.rq:3:1: at 'ORDAR'"),
        ("/srv/one.rq: is an update", "one.rq: is an update"),
        ("/var/lib/snapshots/0123: not a whole snapshot", "0123: not a whole snapshot"),
        ("[Errno 2] No such file or directory: '/var/x/y.json'", "[Errno 2] No such file or directory: 'y.json'"),
        ("../data/a.ttl:3: prefix e: is <http://e/a/b/c>", "data/a.ttl:3: prefix e: is <http://e/a/b/c>"),
        ("queries/one.rq:1: https://w3id.org/labcoop/ns#a and/or b", "queries/one.rq:1: https://w3id.org/labcoop/ns#a and/or b"),
        ("<file:///srv/secret/a.ttl#x> is no IRI", "<a.ttl#x> is no IRI"),
    ],
)
def test_a_fault_is_told_without_folders(told: str, shown: str) -> None:
    assert without_folders(told, PLACES) == shown
