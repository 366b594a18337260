"""Messages in other languages than the shop's: which one is spoken, and the same message in the planner's English."""

from assistant.language.forms import Forms
from assistant.language.gloss import Gloss
from assistant.language.languages import ENGLISH, Languages

__all__ = ["ENGLISH", "Forms", "Gloss", "Languages"]
