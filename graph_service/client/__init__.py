"""A client of a running service, for Python programs and notebooks.

    from graph_service.client import Client

    service = Client("http://127.0.0.1:8000")
    for row in service.run("works-by-maker", maker="Dürer"):
        print(row["work_label"])

It needs nothing of the server's side. `graph_service.client.frames` makes pandas frames of tables (extra `pandas`); errors are those of
`graph_service.errors`, made from what the service says is wrong.
"""

from graph_service.client.canned import ColumnInfo as ColumnInfo
from graph_service.client.canned import ParameterInfo as ParameterInfo
from graph_service.client.canned import QueryInfo as QueryInfo
from graph_service.client.connection import Client as Client
from graph_service.client.tables import Iri as Iri
from graph_service.client.tables import Table as Table
from graph_service.client.tables import Text as Text
