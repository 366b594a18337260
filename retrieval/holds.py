"""Who reads a version: a shared lock on its manifest for as long as it is open, so that nobody removes it meanwhile.

The operating system lets go of it when the process ends, however that happens. Where there are no such locks, files
that are open cannot be removed at all. Knows nothing of catalogues.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on this operating system
    fcntl = None  # type: ignore[assignment]

MANIFEST = "manifest.json"


class Hold:
    """A version's folder in use, until `release` or until nothing refers to this any more.

    Raises:
        FileNotFoundError: there is no complete version at `path`, or it was just removed.
    """

    def __init__(self, path: Path) -> None:
        file = os.open(path / MANIFEST, os.O_RDONLY)
        self._closing = weakref.finalize(self, os.close, file)
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_SH)
            if not (path / MANIFEST).exists():
                self.release()
                raise FileNotFoundError(path / MANIFEST)

    def release(self) -> None:
        """Let go of the folder."""
        self._closing()


def retire(path: Path) -> bool:
    """Take a version's manifest away, which makes it none, unless somebody has it in use; say whether that was done."""
    try:
        file = os.open(path / MANIFEST, os.O_RDONLY)
    except OSError:
        return True
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (path / MANIFEST).unlink()
    except OSError:
        return False
    finally:
        os.close(file)
    return True
