"""Numbers, dates and sizes as the reader's language writes them."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask

from graph_service.web.languages import language

#: The ways of writing of the Government of Canada, and of Spanish wherever it is read.
_LOCALES = {"en": "en_CA", "fr": "fr_CA", "es": "es"}

_UNITS = {"en": ("bytes", "kB", "MB", "GB", "TB"), "fr": ("octets", "ko", "Mo", "Go", "To"), "es": ("bytes", "kB", "MB", "GB", "TB")}


def locale() -> str:
    """The locale whose ways of writing numbers and dates this request's language has."""
    return _LOCALES[language()]


def number(value: int | float | Decimal) -> str:
    """`1234567` -> `1,234,567`, `1 234 567`, `1.234.567`."""
    return format_decimal(value, locale=locale())


def day(value: date | str) -> str:
    """A day, from a date or its ISO 8601 text -> `November 3, 2026`, `3 novembre 2026`, `3 de noviembre de 2026`."""
    return format_date(date.fromisoformat(value[:10]) if isinstance(value, str) else value, "long", locale=locale())


def moment(value: datetime | str) -> str:
    """A day and time in UTC, to the minute."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{format_date(when, 'medium', locale=locale())}, {format_datetime(when, 'HH:mm', locale=locale())} UTC"


def size(count: int) -> str:
    """A number of bytes in the unit that suits it, in steps of 1000."""
    value, place = float(count), 0
    while value >= 1000 and place < 4:
        value, place = value / 1000, place + 1
    return f"{format_decimal(round(value, 1) if place else count, locale=locale())}\N{NO-BREAK SPACE}{_UNITS[language()][place]}"


def write(app: Flask) -> None:
    """Give the templates the filters `number`, `day`, `moment` and `size`."""
    app.jinja_env.filters.update(number=number, day=day, moment=moment, size=size)
