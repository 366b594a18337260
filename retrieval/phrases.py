"""Stock phrases of shopping talk: sorting, stock, rating, politeness, negation.

Knows English (and a little Chinese) phrasing, never the names of things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.results import Sort


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


SORTS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    (Sort.PRICE_LOW, _re(r"(?:the )?(?:cheapest|least expensive|most affordable|lowest[- ]priced?|lowest cost|sort(?:ed)? by price)|最便宜的?")),
    (Sort.PRICE_HIGH, _re(r"(?:the )?(?:most expensive|priciest|dearest|highest[- ]priced?)|最贵的?")),
    (Sort.RATING, _re(r"(?:the )?(?:best|top|highest|most highly|highly)[- ](?:rated|reviewed|rating)(?: ones?)?|best reviews|with good reviews|评分最高的?|好评")),
    (Sort.NEWEST, _re(r"(?:the )?(?:newest|latest|most recent|new arrivals?|just released)|最新的?")),
)  # fmt: skip
CHEAP = _re(
    r"(?:not|n't be|isn't|aren't) (?:too |so |very |that |overly )?(?:expensive|pricey|costly|dear)|"
    r"(?:cheap|affordable|inexpensive|low[- ]cost|low[- ]priced?|budget[- ]friendly|budget|economical|reasonably priced|"
    r"good value|value for money|on a budget|at a (?:low|good|discounted|reasonable|fair) price|便宜的?|实惠的?)"
)
IN_STOCK = _re(
    r"(?:that (?:is|are) |must be |only )?(?:in[- ]stock|available (?:now|right now|immediately|today)|"
    r"(?:that )?(?:can|could) be (?:bought|shipped|delivered) (?:now|today)|ready to ship|有货|现货)(?: only)?"
)
RATING = _re(
    r"(?:(?:with |rated )?(?:at least|minimum|min|over|above|more than) )?(?:rated (?:at least |over |above )?)?"
    r"(?P<stars>[1-5](?:[.,]\d)?)(?P<plus>\s?\+)?(?: ?-? ?(?:stars?|★)(?P<up> ?(?:and up|or (?:more|above|better|higher)|\+|minimum|rating|rated|reviews?))?)"
)
RATED = _re(
    r"(?:rated|rating(?: of)?|a rating of)(?: at least| over| above| minimum)? (?P<stars>[1-5](?:[.,]\d)?)(?: ?\+| or (?:more|higher|above|better))?"
)
_FLOOR = re.compile(r"at least|min|over|above|more than|rated", re.IGNORECASE)
SERVICE = _re(
    r"(?:and |with |plus )?(?:free |fast |quick |express |next[- ]day |same[- ]day |cheap |complimentary )?(?:easy )?"
    r"(?:shipping|delivery|returns?|refunds?|warranty|cash on delivery)(?: included)?"
)
FILLERS = _re(
    r"(?:i am|i'm|im|we are|we're|was|been)? ?(?:looking|searching|shopping|hunting|browsing|asking|hoping|in the market) (?:for|to (?:buy|find|get|see|purchase))|"
    r"(?:do|does|did|can|could|would|will) (?:you|u|ya|y'all|anyone|the shop|your shop)(?: (?:guys|please|have|sell|carry|stock|offer|got|show|find|give|recommend|suggest|get|tell|help|know))*(?: me| us)?|"
    r"(?:show|find|give|get|tell|bring|recommend|suggest|help)(?: (?:me|us|my|out))*(?: (?:find|with|choose|pick|get|buy|some|about))*|"
    r"(?:i|we) (?:really |also |just |only |definitely )?(?:want|need|would like|would love|'d like|like|prefer|wish|am after|require|must have)(?: to (?:buy|get|purchase|find|have|order|see))?|"
    r"i(?:'d|d) (?:like|love|prefer)(?: to (?:buy|get|purchase|find|have|order|see))?|"
    r"(?:is|are) there(?: any)?|what (?:do|are|about|kinds? of|sorts? of|types? of|is)(?: you have)?|how about|which|"
    r"any (?:chance|idea|ideas|suggestions?|recommendations?)|thank you(?: so much| very much)?|thanks(?: a lot| in advance)?|"
    r"(?:good )?(?:morning|afternoon|evening)|nice to meet you|not sure|no idea|no problem|no rush|no worries|no preference|"
    r"not (?:necessarily|really|only|just)|if (?:possible|you have|there (?:is|are))|as (?:well|soon as possible)|"
    r"(?:for|to) (?:my|our|a|his|her|the) (?:(?:little|older|younger|elder|best|new|old|\d+[- ]year[- ]old) )?"
    r"(?:dad|mom|mum|father|mother|brother|sister|son|daughter|wife|husband|friends?|boyfriend|girlfriend|kids?|grandma|grandpa|grandmother|grandfather|"
    r"uncle|aunt|nephew|niece|partner|boss|colleague|parents?|family|roommate|neighbou?r)|for (?:me|myself|us|him|her|them|it|someone|somebody)|"
    r"我想买|我想要|我要|想要|有没有|请问|推荐|给我|帮我|找|买"
)  # fmt: skip
NEGATION = _re(
    r"anything (?:but|except)|everything (?:but|except)|nothing (?:from|by|in|made of|with)|other than|apart from|except(?: for)?|excluding|"
    r"(?:but )?(?:not|no) (?:from|by|in|made (?:of|from|with)|with)|rather not|(?:i )?(?:do not|don't|dont) (?:want|like|need)(?: any)?|(?:i )?(?:hate|avoid|dislike)|"
    r"(?:that )?(?:is not|isn't|isnt|are not|aren't|arent|not|no|without|w/o|never|minus)(?: any| a| an| the)?|不要|除了|没有|不含"
)  # fmt: skip
NOT_TOO = _re(r"(?:not|n't|isn't|aren't) (?:too|so|overly|very|that) \w+")
WITHDRAWN = _re(
    r"(?:it )?(?:doesn't|doesnt|does not|don't|dont|do not|needn't|need not|no need)(?: really)?(?: (?:need|have))? ?(?:to be|be|for it to be)?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of characters."""

    start: int
    end: int


def find_rating(text: str) -> tuple[Span, float] | None:
    """Find "at least 4 stars", "4+ stars", "rated 4.5 or higher"; a plain "5 star" is left alone."""
    for pattern in (RATING, RATED):
        for match in pattern.finditer(text):
            fields = match.groupdict()
            floor = pattern is RATED or _FLOOR.match(match.group()) or fields.get("plus") or fields.get("up")
            stars = float(match.group("stars").replace(",", "."))
            if floor and 1 <= stars <= 5:
                return Span(*match.span()), stars
    return None
