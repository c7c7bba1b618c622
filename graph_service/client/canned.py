"""What a service says about its canned queries: parameters and columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Texts by language (`en`, `fr`, `es`).
Texts = Mapping[str, str]


@dataclass(frozen=True)
class ParameterInfo:
    """A parameter of a canned query: its type, its values, and whether it is required."""

    name: str
    type: str
    label: Texts
    description: Texts
    required: bool
    many: bool
    default: str | None
    of: str | None
    enum: tuple[str, ...]


@dataclass(frozen=True)
class ColumnInfo:
    """A column of a canned query's table: what it means, and the type and unit of its values."""

    name: str
    label: Texts
    type: str | None
    unit: Texts


@dataclass(frozen=True)
class QueryInfo:
    """A canned query of the service."""

    name: str
    url: str
    summary: Texts
    description: Texts
    tags: tuple[str, ...]
    parameters: dict[str, ParameterInfo]
    columns: dict[str, ColumnInfo]

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "QueryInfo":
        """Read an entry of the service's list. Raises KeyError for an invalid one."""
        parameters = [
            ParameterInfo(
                given["name"],
                given["type"],
                _texts(given["label"]),
                _texts(given["description"]),
                given["required"],
                given["many"],
                given["default"],
                given["of"],
                tuple(given["enum"] or ()),
            )
            for given in entry["parameters"]
        ]
        columns = [ColumnInfo(name, _texts(c["label"]), c["type"], _texts(c["unit"])) for name, c in (entry["columns"] or {}).items()]
        return cls(
            entry["name"],
            entry["url"],
            _texts(entry["summary"]),
            _texts(entry["description"]),
            tuple(entry["tags"] or ()),
            {parameter.name: parameter for parameter in parameters},
            {column.name: column for column in columns},
        )

    def title(self, language: str = "en") -> str:
        """The query's summary in the language, else in English; else its name."""
        return self.summary.get(language) or self.summary.get("en") or self.name

    def __str__(self) -> str:
        needed = ", ".join(f"{name}{'' if p.required else '=…'}" for name, p in self.parameters.items())
        return f"{self.name}({needed}): {self.title()}"


def _texts(given: object) -> Texts:
    return given if isinstance(given, Mapping) else {"en": given} if isinstance(given, str) else {}
