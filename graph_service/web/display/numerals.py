"""Formats numbers, dates and sizes in the reader's language."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_currency, format_decimal
from flask import Flask

from graph_service.rdf import terms
from graph_service.web.display.translations import gettext
from graph_service.web.http.languages import language

#: The English and French of a country where both are official, and Spanish without a country.
_LOCALES = {"en": "en_CA", "fr": "fr_CA", "es": "es"}

_UNITS = {"en": ("bytes", "kB", "MB", "GB", "TB"), "fr": ("octets", "ko", "Mo", "Go", "To"), "es": ("bytes", "kB", "MB", "GB", "TB")}

#: The longest number that is formatted, in characters.
_READ = 100


def locale() -> str:
    """The locale for numbers and dates of this request."""
    return _LOCALES[language()]


def number(value: int | float | Decimal) -> str:
    """`1234567` -> `1,234,567`, in French and Spanish `1 234 567`."""
    return _spaced(format_decimal(value, locale=locale()))


def day(value: date | str) -> str:
    """A date, or its ISO 8601 text -> `November 3, 2026`, `3 novembre 2026`, `3 de noviembre de 2026`."""
    return format_date(date.fromisoformat(value[:10]) if isinstance(value, str) else value, "long", locale=locale())


def moment(value: datetime | str) -> str:
    """A date and time in UTC, to the minute."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{format_date(when, 'medium', locale=locale())}, {format_datetime(when, 'HH:mm', locale=locale())} UTC"


def size(count: int) -> str:
    """A number of bytes with a fitting unit, in steps of 1000."""
    value, place = float(count), 0
    while value >= 1000 and place < 4:
        value, place = value / 1000, place + 1
    return f"{number(round(value, 1) if place else count)}\N{NO-BREAK SPACE}{_UNITS[language()][place]}"


def value(text: str, datatype: str) -> str:
    """A literal of a datatype (its CURIE) formatted for people; unchanged if it is ill-typed.

    An integer of up to four digits is not formatted: it may be a year.
    """
    try:
        match datatype:
            case "xsd:integer" | "xsd:decimal" | "xsd:double":
                may_be_year = text.isdecimal() and len(text) <= 4
                return text if may_be_year else _spaced(format_decimal(_readable(text), locale=locale(), decimal_quantization=False))
            case "xsd:date":
                return day(text)
            case "xsd:gYearMonth":
                return format_skeleton("yMMMM", date.fromisoformat(f"{text}-01"), locale=locale())
            case "xsd:dateTime":
                return moment(text)
            case "xsd:boolean":
                return {"true": gettext("yes"), "false": gettext("no")}.get(text, text)
    except ValueError:
        pass
    return text


def money(value: str, currency: str) -> str:
    """An amount in a currency (ISO 4217), whose name is in full: a dollar sign would be ambiguous."""
    try:
        number = _readable(value)
        return _spaced(
            format_currency(number, currency, locale=locale(), format_type="name", currency_digits=False, decimal_quantization=False)
        )
    except ValueError:
        return f"{value} {currency}"


def _spaced(text: str) -> str:
    """Spanish: groups of three digits separated by spaces, from five digits on (UN, Real Academia Española).

    A point is the decimal sign in half of the Spanish-speaking countries.
    """
    if language() != "es":
        return text
    space = "\N{NARROW NO-BREAK SPACE}"
    return re.sub(r"\d{1,3}(?:\.\d{3})+", lambda found: found[0].replace(".", space if len(found[0]) > len("2.969") else ""), text)


def _readable(text: str) -> Decimal:
    """Parse a number for formatting. Raises ValueError for an invalid or too long one."""
    if len(text) > _READ:
        raise ValueError(text)
    return terms.number(text)


def language_name(tag: str) -> str:
    """The name of a language in the reader's: `French`, `français`, `francés`; the tag if it is unknown."""
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale()) or tag
    except (UnknownLocaleError, ValueError):
        return tag


def write(app: Flask) -> None:
    """Register the template filters `number`, `day`, `moment`, `size`, `value` and `language_name`."""
    app.jinja_env.filters.update(number=number, day=day, moment=moment, size=size, value=value, language_name=language_name)
