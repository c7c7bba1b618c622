"""Paging of long tables and searches: reading the requested page, and links to the others.

Links are those of RFC 8288, relations those of RFC 5005.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from flask import request

from graph_service.errors import InvalidParameter
from graph_service.sparql.paging import Page
from graph_service.web.http.links import Link, fitting
from graph_service.web.http.values import LONGEST_FOLLOWED, pairs


@dataclass(frozen=True)
class Paging:
    """A page of a table: the page, the table's number of rows, and the number of the last page."""

    page: Page
    rows: int
    last: int

    @property
    def first_row(self) -> int:
        """The number of the page's first row."""
        return self.page.offset + 1

    @property
    def last_row(self) -> int:
        """The number of the page's last row."""
        return min(self.page.offset + self.page.size, self.rows)

    @property
    def addresses(self) -> dict[str, str]:
        """Relation -> absolute address: `first` and `last`, `prev` and `next` if they exist.

        Empty if parameters from a form are too long for an address.
        """
        if len(self._kept) > LONGEST_FOLLOWED:
            return {}
        number = self.page.number
        numbers = {"first": 1, "prev": number - 1, "next": number + 1, "last": self.last}
        return {relation: self._address(at) for relation, at in numbers.items() if 1 <= at <= self.last}

    @property
    def here(self) -> str:
        """The address of this page."""
        return self._address(self.page.number)

    @property
    def links(self) -> list[Link]:
        """Links for the header that fit, the next page first."""
        addresses = self.addresses
        return fitting(Link(relation, addresses[relation]) for relation in ("next", "prev", "first", "last") if relation in addresses)

    def _address(self, number: int) -> str:
        """The address of another page: this request's with all its other parameters, also those from a form."""
        return f"{request.base_url}?{self._kept}{'&' * bool(self._kept)}page={number}&page_size={self.page.size}"

    @cached_property
    def _kept(self) -> str:
        return urlencode(pairs(without=("page", "page_size"), empty=True))


def asked_page(usual: int, most: int) -> Page | None:
    """The page requested by `page` or `page_size`, with the default and the largest size; None if neither is given.

    Raises InvalidParameter.
    """
    number, size = _whole("page"), _whole("page_size", most)
    if number is None and size is None:
        return None
    return Page(number or 1, size or usual)


def _whole(name: str, most: int | None = None) -> int | None:
    given = [text for text in request.values.getlist(name) if text.strip()]
    if not given:
        return None
    wanted = "a whole number of at least 1" + (f" and at most {most}" if most is not None else "")
    if len(given) > 1:
        raise InvalidParameter(f"{name} must be {wanted}; several values were given.", parameter=name, given=given)
    number = int(given[0]) if re.fullmatch(r"[0-9]{1,15}", given[0].strip(), re.ASCII) else 0
    if number < 1 or (most is not None and number > most):
        raise InvalidParameter(f"{name} must be {wanted}; {given[0]!r} was given.", parameter=name, given=given[0], minimum=1, maximum=most)
    return number
