"""Values of literals and their identity, exactly, in the value spaces of the OWL 2 datatype map.

OWL 2 Syntax, section 4, and XML Schema 1.1, part 2. Values of different primitive datatypes are never the same, but those of datatypes
derived from xsd:decimal can be (section 4.1), as those from xsd:string (4.3). One instant with two offsets is equal and not identical
(4.7), so that both as values of a functional property contradict each other. Beyond the map, dates, parts of dates and durations have the
values of XML Schema. Values of other datatypes, and ill-typed literals, are unknown: they never count as different.
"""

import base64
import binascii
import calendar
import re
import struct
from collections.abc import Callable
from fractions import Fraction

import pyoxigraph as ox

from graph_service.rdf.namespaces import OWL, RDF, XSD

#: A value: its value space, and what identifies it there.
Value = tuple[str, object]

_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN")
_RATIONAL = re.compile(r"([+-]?[0-9]+)\s*/\s*([0-9]*[1-9][0-9]*)")

# Sections 3.3.7 to 3.3.14: the parts of an instant, of which each datatype has some, and the offset.
_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH, _DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:\.[0-9]+)?)|(?P<midnight>24:00:00(?:\.0+)?))"
_OFFSET = r"(?P<offset>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_INSTANTS = {
    name: re.compile(pattern + _OFFSET)
    for name, pattern in {
        "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}",
        "date": f"{_YEAR}-{_MONTH}-{_DAY}",
        "time": _TIME,
        "gYear": _YEAR,
        "gYearMonth": f"{_YEAR}-{_MONTH}",
        "gMonth": f"--{_MONTH}",
        "gMonthDay": f"--{_MONTH}-{_DAY}",
        "gDay": f"---{_DAY}",
    }.items()
}
_DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)S)?)?"
)

#: The longest literal whose value is computed: a few characters may stand for a very large number.
_LONGEST = 4_000


def differ(one: ox.Literal, other: ox.Literal) -> bool:
    """Whether two literals are known to have different values (OWL 2 RL, rule dt-diff)."""
    first, second = value_of(one), value_of(other)
    return first is not None and second is not None and first != second


def is_one_value(one: object, other: object) -> bool:
    """Whether two terms are literals of the same value (OWL 2 RL, rule dt-eq): identical, or known to be the same."""
    if not isinstance(one, ox.Literal) or not isinstance(other, ox.Literal):
        return False
    return one == other or (value_of(one) is not None and value_of(one) == value_of(other))


def value_of(literal: ox.Literal) -> Value | None:
    """The value of a literal; None if it is unknown."""
    if literal.language is not None:
        return ("text", (literal.value, literal.language.lower(), literal.direction))
    read = _READ.get(literal.datatype.value)
    return None if read is None or len(literal.value) > _LONGEST else read(literal.value)


def is_malformed(literal: ox.Literal) -> bool:
    """Whether a literal is known to be ill-typed."""
    is_known = literal.language is None and literal.datatype.value in _READ
    return is_known and len(literal.value) <= _LONGEST and value_of(literal) is None


def _text(value: str) -> Value:
    return ("text", (value, "", None))


def _plain(value: str) -> Value | None:
    """rdf:PlainLiteral, section 2: the text, an @, and the language or nothing."""
    text, at, language = value.rpartition("@")
    return ("text", (text, language.lower(), None)) if at else None


def _replaced(value: str) -> str:
    """White space facet `replace`, of xsd:normalizedString (section 4.3.6)."""
    return re.sub(r"[\t\n\r]", " ", value)


def _collapsed(value: str) -> str:
    """White space facet `collapse`, of all other datatypes but strings (section 4.3.6)."""
    return " ".join(re.split(r"[\t\n\r ]+", value.strip("\t\n\r ")))


def _number(pattern: re.Pattern[str]) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        text = _collapsed(text)
        return ("number", Fraction(text)) if pattern.fullmatch(text) else None

    return read


def _rational(text: str) -> Value | None:
    found = _RATIONAL.fullmatch(_collapsed(text))
    return ("number", Fraction(int(found[1]), int(found[2]))) if found else None


def _floating(kind: str) -> Callable[[str], Value | None]:
    """xsd:float and xsd:double: the bits, so that the two zeros differ, and NaN is identical to itself (section 4.2)."""

    def read(text: str) -> Value | None:
        text = _collapsed(text)
        if not _FLOAT.fullmatch(text):
            return None
        number = float(text.replace("INF", "inf"))
        try:
            return (kind, "NaN" if number != number else struct.pack("f" if kind == "float" else "d", number))
        except OverflowError:
            return (kind, struct.pack("f", float("inf") if number > 0 else float("-inf")))

    return read


def _boolean(text: str) -> Value | None:
    truth = {"true": True, "1": True, "false": False, "0": False}.get(_collapsed(text))
    return None if truth is None else ("boolean", truth)


def _binary(kind: str, decode: Callable[[str], bytes]) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        try:
            return (kind, decode(_collapsed(text)))
        except ValueError:
            return None

    return read


def _instant(kind: str) -> Callable[[str], Value | None]:
    """The parts of an instant and its offset in minutes; 24:00 is midnight of the next day."""

    def read(text: str) -> Value | None:
        found = _INSTANTS[kind].fullmatch(_collapsed(text))
        if found is None:
            return None
        parts = found.groupdict()
        year, month, day = (int(parts[name]) if parts.get(name) else None for name in ("year", "month", "day"))
        # Without a year, February may have 29 days (section 3.3.12).
        if day is not None and month is not None and day > _days(2000 if year is None else year, month):
            return None
        hour, minute = (int(parts[name]) if parts.get(name) else None for name in ("hour", "minute"))
        second = Fraction(parts["second"]) if parts.get("second") else None
        if parts.get("midnight"):
            hour, minute, second = 0, 0, Fraction(0)
            if year is not None and month is not None and day is not None:
                year, month, day = _next(year, month, day)
        return (kind, (year, month, day, hour, minute, second, _minutes(parts["offset"])))

    return read


def _days(year: int, month: int) -> int:
    """The days of a month; the calendar repeats after 400 years."""
    return calendar.monthrange(year % 400 + 2000, month)[1]


def _next(year: int, month: int, day: int) -> tuple[int, int, int]:
    if day < _days(year, month):
        return year, month, day + 1
    return (year, month + 1, 1) if month < 12 else (year + 1, 1, 1)


def _minutes(offset: str | None) -> int | None:
    if offset is None:
        return None
    if offset == "Z":
        return 0
    minutes = int(offset[1:3]) * 60 + int(offset[4:])
    return -minutes if offset[0] == "-" else minutes


def _stamp(text: str) -> Value | None:
    """xsd:dateTimeStamp: an xsd:dateTime with an offset (section 3.4.28)."""
    found = _instant("dateTime")(text)
    return found if found is not None and found[1][-1] is not None else None  # type: ignore[index]


def _duration(text: str) -> Value | None:
    """Months and seconds (section 3.3.6)."""
    found = _DURATION.fullmatch(_collapsed(text))
    if found is None:
        return None
    parts = {name: Fraction(part or 0) for name, part in found.groupdict().items() if name != "sign"}
    months = parts["years"] * 12 + parts["months"]
    seconds = ((parts["days"] * 24 + parts["hours"]) * 60 + parts["minutes"]) * 60 + parts["seconds"]
    sign = -1 if found["sign"] else 1
    return ("duration", (sign * months, sign * seconds))


_INTEGERS = (
    *("integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger", "long", "int", "short", "byte"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
)

_READ: dict[str, Callable[[str], Value | None]] = {
    OWL + "rational": _rational,
    RDF + "PlainLiteral": _plain,
    XSD + "decimal": _number(_DECIMAL),
    **{XSD + name: _number(_INTEGER) for name in _INTEGERS},
    XSD + "double": _floating("double"),
    XSD + "float": _floating("float"),
    XSD + "string": _text,
    XSD + "normalizedString": lambda text: _text(_replaced(text)),
    **{XSD + name: lambda text: _text(_collapsed(text)) for name in ("token", "language", "Name", "NCName", "NMTOKEN")},
    XSD + "boolean": _boolean,
    XSD + "hexBinary": _binary("hexBinary", binascii.unhexlify),
    XSD + "base64Binary": _binary("base64Binary", lambda text: base64.b64decode(text.replace(" ", ""), validate=True)),
    XSD + "anyURI": lambda text: ("anyURI", _collapsed(text)),
    XSD + "dateTimeStamp": _stamp,
    **{XSD + name: _instant(name) for name in _INSTANTS},
    **{XSD + name: _duration for name in ("duration", "dayTimeDuration", "yearMonthDuration")},
}
