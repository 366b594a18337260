"""Errors of this package.

RetrievalError
├── ImportFailed        the file as a whole cannot be read; nothing was loaded (row errors are reported, not raised)
├── MapError            a column map is not valid
├── CatalogueMissing    nothing is imported under that name
├── ProductMissing      no product with that id
├── NotEnoughPairs      a catalogue holds too little to train an encoder on it and to judge it
└── IndexBroken         an index on disk is missing or damaged; rebuild it with `aisle import`
    └── NotEmbedded     the catalogue was imported for search by words alone

Each message is one plain sentence that says what to do.
"""

IMPORT_AGAIN = "run `aisle import` again"
"""The way out of an index that is broken; a caller that knows another one for a catalogue names that in its place."""


class RetrievalError(Exception):
    """Base of this package's errors."""


class ImportFailed(RetrievalError):
    """The file as a whole cannot be read; nothing was loaded."""


class MapError(RetrievalError):
    """A column map is not valid."""


class CatalogueMissing(RetrievalError):
    """Nothing is imported under that name."""


class ProductMissing(RetrievalError):
    """No product with that id."""


class NotEnoughPairs(RetrievalError):
    """A catalogue holds too little to train an encoder on it and to judge it."""


class IndexBroken(RetrievalError):
    """An index on disk is missing or damaged."""


class NotEmbedded(IndexBroken):
    """The catalogue was imported for search by words alone, so nothing of it is damaged."""
