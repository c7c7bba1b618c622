"""Valid XML: allowed characters, and names.

The engine writes every character as it is. XML does not allow some of them at all, and parsers read an unescaped carriage return as a line
feed (XML 1.0, fifth edition, sections 2.2 and 2.11).
"""

import re
from typing import BinaryIO
from xml.parsers import expat

from graph_service.errors import NotAcceptable
from graph_service.text.memo import remembered

#: Characters that XML does not allow, in UTF-8: control characters, U+FFFE and U+FFFF (section 2.2, Char).
_NO_CHARACTER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")

#: The characters of a name (section 2.3), without the colon (Namespaces in XML 1.0, NCName).
_STARTS = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_ENDS_IN_A_NAME = re.compile(f"[{_STARTS}][{_STARTS}\\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*\\Z")

#: The XML declaration and the root's start tag, whose attributes contain no `>`.
_IS_OPEN = re.compile(rb"\s*(?:<\?[^>]*\?>\s*)?<[^?>][^>]*>")

#: How many characters around an illegal one an error shows.
_SHOWN = 80


def ends_in_a_name(iri: str) -> bool:
    """Whether an IRI can be an XML element: it ends in a name without a colon (RDF 1.1 XML Syntax, section 6.1.2) that any parser accepts.

    The fifth edition allows more names than the first four, which many parsers still follow, Python's among them.
    """
    found = _ENDS_IN_A_NAME.search(iri)
    return found is not None and (found[0].isascii() or _is_read(found[0]))


@remembered(1024)
def _is_read(name: str) -> bool:
    try:
        expat.ParserCreate().Parse(f"<{name}/>", True)
    except expat.ExpatError:
        return False
    return True


def shown(text: str) -> str:
    """A text for people in XML, with U+FFFD in place of each illegal character."""
    return _NO_CHARACTER.sub("\ufffd".encode(), text.encode("utf-8", "replace")).decode()


class XmlOutput:
    """A stream that escapes carriage returns and refuses illegal characters; it can rewrite one namespace that the root declares."""

    def __init__(self, output: BinaryIO, namespace: str = "", written: str = "") -> None:
        self._output = output
        self._before = b""
        self._namespace, self._written = (f'="{iri}"'.encode() for iri in (namespace, written))
        #: The document's beginning, buffered until its root is open, if a namespace is rewritten.
        self._head: bytes | None = b"" if namespace else None

    def write(self, content: bytes, /) -> int:
        """Write some bytes. Raises NotAcceptable for a character that XML does not allow, and what the output raises."""
        taken = len(content)
        if self._head is not None:
            self._head += content
            if not _IS_OPEN.match(self._head):
                return taken
            content, self._head = self._head.replace(self._namespace, self._written, 1), None
        # A character of three bytes may be split between two writes.
        known = self._before + content
        wrong = _NO_CHARACTER.search(known)
        if wrong is not None:
            raise NotAcceptable(_reason(known, wrong))
        self._before = known[-2:]
        self._output.write(content.replace(b"\r", b"&#13;"))
        return taken

    def flush(self) -> None:
        """Do nothing: each write is passed on at once."""


def _reason(content: bytes, wrong: "re.Match[bytes]") -> str:
    start = max(content.rfind(b">", 0, wrong.start()) + 1, wrong.start() - _SHOWN)
    end = content.find(b"<", wrong.end(), wrong.end() + _SHOWN)
    text = content[start : end if end >= 0 else wrong.end() + _SHOWN].decode("utf-8", "replace")
    return f"XML has no way to write U+{ord(wrong.group().decode()):04X}, which stands in {text!r}; the formats that are not XML have."
