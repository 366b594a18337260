"""Errors of this package, and how each is answered.

AisleError
├── ConfigError         operator: one sentence and a non-zero exit code
├── StoreError          operator: one sentence; a turn answers with a plain apology
│   ├── DataFolderBusy      another process holds the data folder
│   └── StoreBroken         the database cannot be read
├── SessionMissing      the conversation does not exist or is not this session's: same words for both
├── SignInNeeded        nobody of the staff is signed in: the desk leads to its sign-in page
├── TurnRefused         a turn that may not start (empty, too long, no context): the sentence is shown
├── BadArguments        a tool got arguments it cannot use: the model may try again
├── Refused             a rule forbids it: the model explains; `code` names the rule
└── ModelFailed         the chat model did not answer: the embedded model takes over, or an apology

Everything else is a bug: it is logged and answered with a plain apology.
"""


class AisleError(Exception):
    """Base of this package's errors; the message is one plain sentence."""


class ConfigError(AisleError):
    """The settings cannot be used."""


class StoreError(AisleError):
    """The store cannot do it."""


class DataFolderBusy(StoreError):
    """Another process holds the data folder."""


class StoreBroken(StoreError):
    """The database cannot be read."""


class SessionMissing(AisleError):
    """The conversation does not exist or is not this session's."""


class SignInNeeded(AisleError):
    """Nobody of the staff is signed in."""


class TurnRefused(AisleError):
    """A turn that may not start; the message is shown to the shopper."""


class BadArguments(AisleError):
    """A tool got arguments it cannot use; the model may try again."""


class Refused(AisleError):
    """A rule forbids it.

    Args:
        code: the rule, e.g. "already_shipped".
        message: the reason in a plain sentence.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ModelFailed(AisleError):
    """The chat model did not answer.

    Args:
        message: one plain sentence.
        reason: what went wrong, in a word for logs and metrics, e.g. "late"; never anything that a server wrote.
        may_repeat: nothing of the answer was seen, and the same question may succeed.
        retry_after_s: seconds that the server asks to wait before that.
    """

    def __init__(
        self, message: str, *, reason: str = "failed", may_repeat: bool = False, retry_after_s: float = 0.0
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.may_repeat = may_repeat
        self.retry_after_s = retry_after_s
