"""Tables as pandas data frames. Needs pandas: `pip install graph-service[pandas]`."""

import datetime
from decimal import Decimal

import pandas

from graph_service.client.tables import Table, Value


def frame(table: Table) -> pandas.DataFrame:
    """A table as a data frame, with pandas dtypes; unbound cells are NA.

    Decimals become floats, dates and times `datetime64`; IRIs and texts are strings.
    """
    made = pandas.DataFrame({name: pandas.Series(_plain(table.column(name)), dtype="object") for name in table.columns})
    for name in table.columns:
        kinds = {type(value) for value in table.column(name) if value is not None}
        if kinds and kinds <= {datetime.date}:
            made[name] = pandas.to_datetime(made[name])
        elif kinds and kinds <= {datetime.datetime}:
            made[name] = pandas.to_datetime(made[name], utc=True)
        else:
            made[name] = made[name].convert_dtypes()
    return made


def _plain(values: list[Value]) -> list[object]:
    return [float(v) if isinstance(v, Decimal) else str(v) if isinstance(v, str) else v for v in values]
