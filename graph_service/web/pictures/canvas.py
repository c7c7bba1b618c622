"""Drawing: SVG 2 elements, and pictures inline in a page or as standalone files.

Colours and fonts are tokens of the style sheet (`var(--accent)`): inline they take the page's values, light or dark; in a file they are
replaced by values.
"""

import copy
import re
from dataclasses import dataclass, replace
from functools import cache
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from graph_service.formats.xml import shown
from graph_service.web.display.assets import STATIC
from graph_service.web.display.cells import Cell
from graph_service.web.pictures.letters import LINE, SIZE, lines

TEXT, SOFT, ACCENT, EDGE, RULE = "var(--text)", "var(--soft)", "var(--accent)", "var(--edge)", "var(--line)"
GROUND, RAISED, TINT, INFERRED = "var(--ground)", "var(--raised)", "var(--tint)", "var(--mark)"

_STYLE = STATIC / "style.css"
_TOKEN = re.compile(r"var\(--([\w-]+)\)")

Mark = Element

_MARGIN = 14.0

#: The size of the letters of a title.
_TITLE = 20.0

#: Pictures up to the first width may shrink with the page, those up to the last width down to the middle one; wider ones never shrink.
_SMALL, _LEAST, _LARGE = 600.0, 960.0, 1180.0


@dataclass(frozen=True)
class Drawing:
    """A picture: size in pixels, title, text alternative, and SVG elements from back to front."""

    width: float
    height: float
    title: str
    words: str
    marks: list[Mark]
    #: Whether it says the same without its letters: on a narrow screen these are left out, and it is shown whole.
    fits: bool = False
    #: The same for a narrow screen, if it is drawn in another way there.
    narrow: "Drawing | None" = None

    def inline(self, name: str) -> Markup:
        """The picture as inline SVG; `name` must be unique in the page. Its role is group, not image, so that its links are accessible."""
        return Markup(tostring(self._svg(name), encoding="unicode"))  # noqa: S704 - ElementTree escapes

    def captioned(self, *credit: str) -> "Drawing":
        """The picture for where it stands alone: its title above it, and lines of credit below."""
        above = lines(self.title, self.width, 3, _TITLE)
        below = [line for words in credit for line in lines(words, self.width, 3)]
        top = _TITLE * 1.3 * len(above) + _MARGIN
        end = top + self.height + _MARGIN
        marks = [
            text(0, (top - _MARGIN) / 2, *above, size=_TITLE, line=_TITLE * 1.3, font_weight="600"),
            mark("g", *self.marks, transform=f"translate(0 {top:g})"),
            *(text(0, end + LINE * (place + 0.5), line, fill=SOFT) for place, line in enumerate(below)),
        ]
        return replace(self, height=end + LINE * len(below), marks=marks)

    def file(self, root: str, dark: bool = False) -> bytes:
        """The picture as a file: with a background, colours and fonts, and absolute links below `root`."""
        tokens = _tokens(dark)
        svg = copy.deepcopy(self._svg("picture"))
        svg.insert(2, mark("rect", x=-_MARGIN, y=-_MARGIN, width="100%", height="100%", fill=GROUND))
        for element in svg.iter():
            for name, value in element.items():
                filled = _TOKEN.sub(lambda found: tokens[found[1]], value)
                element.set(name, root.rstrip("/") + filled if name == "href" and filled.startswith("/") else filled)
        return shown(tostring(svg, encoding="utf-8", xml_declaration=True).decode()).encode()

    def _svg(self, name: str) -> Mark:
        return mark(
            "svg",
            mark("title", self.title, id=f"{name}-title"),
            mark("desc", self.words, id=f"{name}-words"),
            *self.marks,
            xmlns="http://www.w3.org/2000/svg",
            width=self.width + 2 * _MARGIN,
            height=self.height + 2 * _MARGIN,
            viewBox=path(-_MARGIN, -_MARGIN, self.width + 2 * _MARGIN, self.height + 2 * _MARGIN),
            class_=" ".join(filter(None, (_class(self.width), "fits" if self.fits else None))) or None,
            role="group",
            aria_labelledby=f"{name}-title",
            aria_describedby=f"{name}-words",
            font_family="var(--sans)",
            font_size=SIZE,
        )


def mark(element: str, *inner: Mark | str | None, **attributes: float | str | None) -> Mark:
    """An SVG element with texts and child elements. `stroke_width` becomes `stroke-width`; None is left out."""
    made = Element(element, {name.strip("_").replace("_", "-"): _written(value) for name, value in attributes.items() if value is not None})
    for part in inner:
        if isinstance(part, str):
            if len(made):
                made[-1].tail = (made[-1].tail or "") + part
            else:
                made.text = (made.text or "") + part
        elif part is not None:
            made.append(part)
    return made


def text(
    x: float, y: float, *words: str, size: float = SIZE, line: float = LINE, fill: str = TEXT, **attributes: float | str | None
) -> Mark:
    """Lines of text, vertically centred at `y`."""
    top = y + size * 0.35 - (len(words) - 1) * line / 2
    spans = [mark("tspan", words_, x=x, y=top + place * line) for place, words_ in enumerate(words)] if len(words) > 1 else words
    place = {} if len(words) > 1 else {"x": x, "y": top}
    return mark("text", *spans, **place, fill=fill, font_size=None if size == SIZE else size, **attributes)


def linked(cell: Cell, *marks: Mark | None, **attributes: float | str | None) -> Mark:
    """Elements linked to a thing's page, if it has one."""
    return mark("a" if cell.href else "g", *marks, href=cell.href, lang=cell.language, **attributes)


def tip(words: str) -> Mark:
    """A tooltip of the enclosing element."""
    return mark("title", words)


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """The path of a curve with horizontal ends."""
    middle = (x + to_x) / 2
    return path("M", x, y, "C", middle, y, middle, to_y, to_x, to_y)


def path(*parts: str | float) -> str:
    """Path data from commands and numbers."""
    return " ".join(_written(part) for part in parts)


def _written(value: float | str) -> str:
    """Numbers are rounded to a tenth of a pixel, so that output is the same on every machine."""
    return value if isinstance(value, str) else f"{round(value, 1) + 0:g}" if abs(value) < 100_000 else f"{value:.0f}"


def _class(width: float) -> str | None:
    """The CSS class for narrow screens: a picture that must not shrink is scrolled."""
    return None if width <= _SMALL else "large" if _LEAST < width <= _LARGE else "whole"


@cache
def _tokens(dark: bool) -> dict[str, str]:
    """The tokens of the style sheet: the first set, overridden by the second for dark."""
    sets = re.findall(r":root \{(.*?)\}", _STYLE.read_text(encoding="utf-8"), re.DOTALL)[: 2 if dark else 1]
    return dict(token for tokens in sets for token in re.findall(r"--([\w-]+):\s*([^;]+);", tokens))
