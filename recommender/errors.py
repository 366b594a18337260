"""Errors of this package.

RecommenderError
├── ArtifactBroken      a model file is missing, damaged or of another shape; serving goes on with popularity
├── ModelNotFitted      a sequence model was asked before it was fitted
├── NothingToDecide     a slate was asked for from no candidates
├── NotEnoughEvents     the log is too short to train and judge a model
├── SequencesBroken     a file of sequences cannot be read, or lacks what is asked of it
└── TooManyItems        a model whose cost grows with the cube of the items was asked for on too many
"""


class RecommenderError(Exception):
    """Base of this package's errors."""


class ArtifactBroken(RecommenderError):
    """A model file is missing, damaged or of another shape."""


class ModelNotFitted(RecommenderError):
    """A sequence model was asked before it was fitted."""


class NothingToDecide(RecommenderError):
    """A slate was asked for from no candidates."""


class NotEnoughEvents(RecommenderError):
    """The log is too short to train and judge a model."""


class SequencesBroken(RecommenderError):
    """A file of sequences cannot be read, or lacks what is asked of it."""


class TooManyItems(RecommenderError):
    """A model whose cost grows with the cube of the items was asked for on too many."""
