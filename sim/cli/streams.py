"""Standard output and error: whoever stops reading, and a letter that cannot be printed, end no work that is done."""

import errno
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Buffer

NOBODY_READS = {errno.EPIPE, errno.EINVAL} if sys.platform == "win32" else {errno.EPIPE}


class _Forgiving(FileIO):
    """A file, or a pipe that takes everything, whether anybody reads it or not."""

    def write(self, data: "Buffer", /) -> int:
        """Write, unless nobody reads any more."""
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno not in NOBODY_READS:
                raise
        return memoryview(data).nbytes


@contextmanager
def forgiving_streams() -> Iterator[None]:
    """Let the two streams outlive their readers, and print what they cannot encode by its number."""
    former = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_forgiving(stream) for stream in former)
    try:
        yield
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        sys.stdout, sys.stderr = former


@contextmanager
def flushed() -> Iterator[None]:
    """Have what was printed written out at the end, while it can still be reported that it cannot."""
    try:
        yield
    finally:
        sys.stdout.flush()


def nobody_reads(error: Exception) -> bool:
    """Tell whether an error says only that standard output, opened anew by its name, is read no more."""
    if not isinstance(error.__cause__ or error, BrokenPipeError) or not hasattr(select, "poll"):
        return False
    look = select.poll()
    look.register(1, select.POLLOUT)
    return any(state & select.POLLERR for _, state in look.poll(0))


def _forgiving(stream: TextIO | None) -> TextIO:
    """Make a stream forgiving; one that was closed from the start takes what is written to it."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  (as long as the program)
    if not isinstance(stream, TextIOWrapper):
        return stream
    encoding = stream.encoding if "PYTHONIOENCODING" in os.environ else "utf-8"
    stream.reconfigure(encoding=encoding, errors="backslashreplace")
    try:
        number = stream.fileno()
    except OSError:  # it is no file, but somebody's buffer
        return stream
    raw = BufferedWriter(_Forgiving(number, "w", closefd=False))
    return TextIOWrapper(
        raw,
        encoding,
        "backslashreplace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
