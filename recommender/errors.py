"""Errors of this package.

RecommenderError
├── ArtifactBroken      a model file is missing, damaged or of another shape; serving goes on with popularity
├── ExperimentWrong     an experiment cannot be read, started or planned as it is; says what to change
├── LogBroken           what a decision was served with cannot be read; it cannot be replayed
├── NothingToDecide     a slate was asked for from no candidates
├── NotEnoughEvents     the log is too short to train and judge a model
└── RuleBroken          an owner's rule cannot be used; the message says which field is wrong and why
"""


class RecommenderError(Exception):
    """Base of this package's errors."""


class ArtifactBroken(RecommenderError):
    """A model file is missing, damaged or of another shape."""


class LogBroken(RecommenderError):
    """What a decision was served with cannot be read."""


class ExperimentWrong(RecommenderError):
    """An experiment cannot be used as it is."""


class NothingToDecide(RecommenderError):
    """A slate was asked for from no candidates."""


class NotEnoughEvents(RecommenderError):
    """The log is too short to train and judge a model."""


class RuleBroken(RecommenderError):
    """An owner's rule cannot be used."""
