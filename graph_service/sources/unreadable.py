"""Source files that cannot be read, told all at once: whoever mends one wants to know of the others."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from graph_service.errors import SourceError
from graph_service.sources.source_file import SourceFile

#: So many are told with their faults; of more, the number.
_TOLD = 50


def refuse_unreadable(files: Iterable[SourceFile]) -> None:
    """Raise SourceError if some files cannot be read: its place is that of the first, and its text has a line for each."""
    faults = list(_faults(files))
    if faults:
        more = [f"{len(faults) - _TOLD:,} more files cannot be read."] if len(faults) > _TOLD else []
        raise SourceError("\n".join([*(fault.detail for fault in faults[:_TOLD]), *more]), **faults[0].members)


@contextmanager
def told_together(files: Collection[SourceFile]) -> Iterator[None]:
    """Where one of some files turns out not to be readable, look at all of them, and raise what `refuse_unreadable` does."""
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
