"""Reports all unreadable source files at once, so that an author can fix them together."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from graph_service.errors import SourceError
from graph_service.sources.source_file import SourceFile

#: The most faults that are listed; of more, the number.
_LISTED = 50


def refuse_unreadable(files: Iterable[SourceFile]) -> None:
    """Raise SourceError if files cannot be parsed: its place is that of the first fault, its text has a line for each."""
    faults = list(_faults(files))
    if faults:
        more = [f"{len(faults) - _LISTED:,} more files cannot be read."] if len(faults) > _LISTED else []
        raise SourceError("\n".join([*(fault.detail for fault in faults[:_LISTED]), *more]), **faults[0].members)


@contextmanager
def told_together(files: Collection[SourceFile]) -> Iterator[None]:
    """If one file turns out unreadable, check all of them, and raise what `refuse_unreadable` does."""
    try:
        yield
    except SourceError:
        refuse_unreadable(files)
        raise


def _faults(files: Iterable[SourceFile]) -> Iterator[SourceError]:
    for file in files:
        try:
            file.quads  # noqa: B018 - parses the file
        except SourceError as fault:
            yield fault
