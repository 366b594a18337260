"""Errors of this package.

RecommenderError
├── ArtifactBroken      a model file is missing, damaged or of another shape; serving goes on with popularity
├── CampaignBroken      a campaign of paid places cannot be used; the message says which field is wrong and why
├── ExperimentWrong     an experiment cannot be read, started or planned as it is; says what to change
├── LogBroken           what a decision was served with cannot be read; it cannot be replayed
├── LogUnusable         a log's arrays or files cannot be judged from
├── ModelNotFitted      a sequence model was asked before it was fitted
├── NotEnoughEvents     the log is too short to train and judge a model
├── NothingToDecide     a slate was asked for from no candidates
├── RuleBroken          an owner's rule cannot be used; the message says which field is wrong and why
├── SequencesBroken     a file of sequences cannot be read, or lacks what is asked of it
├── TooManyItems        a model whose cost grows with the cube of the items was asked for on too many
└── PromotionError      a release cannot be moved as asked; nothing was changed
    ├── ReleaseMissing  there is no such release
    ├── ReleaseBroken   a file of a release is missing or is not the one that its manifest names
    ├── MoveRefused     the release is not at the stage that this move begins from, or what it needs is not there yet
    ├── GateRefused     the promotion gate said no; an owner may overrule it, giving the reason
    └── RegistryBusy    somebody else is moving a release, or training one
"""


class RecommenderError(Exception):
    """Base of this package's errors."""


class ArtifactBroken(RecommenderError):
    """A model file is missing, damaged or of another shape."""


class CampaignBroken(RecommenderError):
    """A campaign of paid places cannot be used."""


class LogBroken(RecommenderError):
    """What a decision was served with cannot be read."""


class ExperimentWrong(RecommenderError):
    """An experiment cannot be used as it is."""


class ModelNotFitted(RecommenderError):
    """A sequence model was asked before it was fitted."""


class NothingToDecide(RecommenderError):
    """A slate was asked for from no candidates."""


class NotEnoughEvents(RecommenderError):
    """The log is too short to train and judge a model."""


class RuleBroken(RecommenderError):
    """An owner's rule cannot be used."""


class LogUnusable(RecommenderError):
    """A log's arrays or files cannot be judged from."""


class PromotionError(RecommenderError):
    """A release cannot be moved as asked; nothing was changed."""


class ReleaseMissing(PromotionError):
    """There is no such release."""


class ReleaseBroken(PromotionError):
    """A file of a release is missing or is not the one that its manifest names."""


class MoveRefused(PromotionError):
    """The release is not at the stage that this move begins from, or what it needs is not there yet."""


class GateRefused(PromotionError):
    """The promotion gate said no; an owner may overrule it, giving the reason."""


class RegistryBusy(PromotionError):
    """Somebody else is moving a release."""


class SequencesBroken(RecommenderError):
    """A file of sequences cannot be read, or lacks what is asked of it."""


class TooManyItems(RecommenderError):
    """A model whose cost grows with the cube of the items was asked for on too many."""
