"""Stock phrases of shopping talk: sorting, stock, rating, politeness, negation.

Knows English (and a little Chinese) phrasing, never the names of things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.results import Sort


@dataclass(frozen=True, slots=True)
class Pattern:
    """Ways to say one thing: in words that spaces separate, and in Chinese, where nothing separates them."""

    words: re.Pattern[str]
    runs: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it is said (character offsets)."""
        for pattern in (self.words, self.runs) if not text.isascii() else (self.words,):
            if pattern is not None:
                yield from (match.span() for match in pattern.finditer(text))


def pattern(*words: str, runs: str = "") -> Pattern:
    """Make a pattern of alternatives that stand as whole words, and of Chinese ones that stand anywhere."""
    spaced = re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.IGNORECASE)
    return Pattern(spaced, re.compile(runs) if runs else None)


SORTS: tuple[tuple[Sort, Pattern], ...] = (
    (
        Sort.PRICE_LOW,
        pattern(
            r"(?:the )?(?:cheapest|least expensive|most affordable|lowest[- ]priced?|lowest cost)(?: ones?)?"
            r"(?: first)?",
            r"sort(?:ed)? by price",
            runs="最便宜的?|价格最低的?",
        ),
    ),
    (
        Sort.PRICE_HIGH,
        pattern(
            r"(?:the )?(?:most expensive|priciest|dearest|highest[- ]priced?)(?: ones?)?(?: first)?", runs="最贵的?"
        ),
    ),
    (
        Sort.RATING,
        pattern(
            r"(?:the )?(?:best|top|highest|most highly|highly)[- ](?:rated|reviewed|rating)(?: ones?)?(?: first)?",
            r"(?:with )?(?:the )?(?:best|good|great) (?:reviews|ratings)",
            runs="评分最高的?|好评",
        ),
    ),
    (
        Sort.NEWEST,
        pattern(r"(?:the )?(?:newest|latest|most recent|new arrivals?|just released)(?: first)?", runs="最新的?"),
    ),
)
CHEAP = pattern(
    r"(?:(?:is|are|was) )?(?:not|isn't|aren't|isnt|arent|nothing) (?:too |so |very |that |overly )?(?:expensive|"
    r"pricey|costly)",
    r"(?:on a |at a )?(?:tight |small |low )?budget(?:[- ]friendly)?",
    r"(?<!no )(?<!not )(?<!nothing )(?:cheap|affordable|inexpensive|low[- ]cost|low[- ]priced?|economical|"
    r"reasonably priced|good value|value for money)",
    r"(?:at|for) an? (?:low|good|discounted|reasonable|fair) price",
    runs="便宜的?|实惠的?|平价",
)
IN_STOCK = pattern(
    r"(?:(?:that|which) (?:is|are) |must be |only |currently )?in[- ]stock(?: now| right now| only| items)?",
    r"(?:(?:that|which) (?:is|are) )?available (?:now|right now|immediately|today)|ready to ship",
    r"(?:that )?(?:i )?(?:can|could)(?: be)? (?:bought|shipped|delivered|buy) (?:now|today|right now)",
    runs="有货的?|现货",
)
SERVICE = pattern(
    r"(?:and |with |plus )?(?:free |fast |quick |express |next[- ]day |same[- ]day |cheap |complimentary |easy )*"
    r"(?:shipping|delivery|returns|refunds?|cash on delivery)(?: included)?",
    runs="包邮|免运费",
)
_WHO = (
    "dad|mom|mum|father|mother|brother|sister|son|daughter|wife|husband|friends?|boyfriend|girlfriend|kids?|grandma|"
    "grandpa|grandmother|grandfather|uncle|aunt|nephew|niece|partner|boss|colleague|parents?|family|roommate|neighbou?r"
)
_GET = "buy|find|get|see|purchase|have|order|own|try"
FILLERS = pattern(
    rf"(?:(?:i am|i'm|im|we are|we're|was|been) )?(?:looking|searching|shopping|hunting|browsing|asking|"
    rf"hoping) (?:for|to (?:{_GET}))",
    r"interested in|in the market for|on the lookout for|in search of",
    r"(?:do|does|did|can|could|would|will) (?:you|u|ya|y'all|anyone|the shop|your shop)"
    r"(?: (?:guys|please|have|sell|carry|stock|offer|got|show|find|give|recommend|suggest|get|tell|help|"
    r"know))*(?: (?:me|us))?",
    r"(?:show|find|give|get|tell|bring|recommend|suggest|help)(?: (?:me|us|my|out|find|with|choose|pick|get|buy|"
    r"some|about))*",
    rf"(?:i|we) (?:(?:really|also|just|only|definitely) )?(?:want|need|would like|would love|'d like|like|"
    rf"prefer|wish|am after|require|must have)(?: to (?:{_GET}))?",
    rf"i(?:'d|d) (?:like|love|prefer)(?: to (?:{_GET}))?",
    r"(?:is|are) there(?: any)?|what (?:do|are|about|kinds? of|sorts? of|types? of|is)(?: you have)?|how about|which",
    r"any (?:chance|idea|ideas|suggestions?|recommendations?)|thank you(?: so much| very much)?|thanks(?: a lot|"
    r" in advance)?",
    r"(?:good )?(?:morning|afternoon|evening)|nice to meet you|not sure|no idea|no problem|no rush|no worries|"
    r"no preference",
    r"no thanks|no matter|not (?:necessarily|really|only|just)|if (?:possible|you have|there (?:is|are))|"
    r"as soon as possible",
    rf"(?:for|to) (?:my|our|a|his|her|the) (?:(?:little|older|younger|elder|best|new|old|"
    rf"\d+ ?(?:[- ]years?[- ]old|yo|y/o|yrs?(?: old)?)) )?(?:{_WHO})",
    r"for (?:me|myself|us|him|her|them|it|someone|somebody)",
    r"(?:who(?:'s| is| are)?|he(?:'s| is)?|she(?:'s| is)?|they(?:'re| are)?) (?:really |very |quite |so |totally )?"
    r"(?:into|fond of|crazy about|a fan of|keen on|likes?|loves?|enjoys?|adores?|collects?)"
    r"(?: a lot of| all kinds of| to)?",
    r"(?:is|are|'s|would be|will be)(?: also| totally| perfectly)? (?:fine|ok|okay|alright|nicer?|better)"
    r"(?: (?:too|as well|also|by me|for me|with me))*",
    r"so (?:not|no) (?:that|those|these|it|one|another)",
    r"(?:so |ok(?:ay)? |well |hm+ )*nothing(?=\s*(?:[.!?,;]|$))",
    r"plus(?= (?:an?|some|another|the|one|two|\d)\b)",
    runs="我想买|我想要|我要|想要|想买|有没有|请问|推荐一?下?|给我|帮我|找|买",
)
# Heard before the fillers: "show me" stands in it.
REFUSED = pattern(
    r"(?:please )?(?:do not|don't|dont|never|stop) (?:show|showing|give|giving|suggest|offer|include)"
    r"(?: me)?(?: any| a| an| the)?",
)
NEGATION = pattern(
    r"(?:anything|everything) (?:but|except)|nothing (?:from|by|in|made of|with)|other than|apart from|"
    r"except(?: for)?|excluding",
    r"(?:but )?(?:not|no) (?:from|by|in|made (?:of|from|with)|with)|rather not",
    r"(?:i )?(?:do not|don't|dont|wouldn't|would not) (?:want|like|need)(?: any| a| an| the| it in)?",
    r"(?:i )?(?:hate|avoid|dislike|hide|exclude)(?: any)?",
    r"(?:that |which )?(?:is not|isn't|isnt|are not|aren't|arent|not|no|nor|neither|without|w/o|never|minus(?! ?\d))"
    r"(?: any| a| an| the)?",
    r"(?:(?:i|we|he|she|they)(?:'ve| have|'s| has)? )?already (?:has|have|had|got|owns?)(?: an?| the| one| two| some)?",
    runs="不要|除了|没有|不含|不是",
)
NOT_TOO = pattern(r"(?:is |are )?(?:not|isn't|aren't) (?:too|so|overly|very|that) [^\W\d_]+")
WITHDRAWN = pattern(
    r"(?:it |they |that )?(?:does not|doesn't|doesnt|do not|don't|dont) (?:really |necessarily )?(?:have|"
    r"need)(?: to be| to have| to)",
    r"(?:needn't|need not)(?: be| have)?|no need (?:for|to be)(?: it)?",
)  # fmt: skip
DOWN_TO = pattern(r"(?:down to|as low as)(?: minus)?(?= ?[-−]?\d)")
"""Before a number this is a limit; "down" fills nothing there."""
_RATINGS = (
    re.compile(
        r"(?<![\w.,$€£])(?P<floor>(?:with |rated )?(?:at least|minimum|min|over|above|more than|rated)(?: at least)? )?"
        r"(?P<stars>[1-5](?:[.,]\d)?)(?P<plus>\s?\+)?\s?-?\s?(?:stars?|★)(?!\w)"
        r"(?P<up>\s?(?:and (?:up|above|over)|or (?:more|above|better|higher)|\+|minimum))?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?<!\w)(?P<floor>rated|ratings?(?: of)?|reviews)(?: at least| over| above| (?:more|higher|better) than|"
        r" min(?:imum)?)? (?P<stars>[1-5](?:[.,]\d)?)(?!\w|[.,]\d|%)"
        r"(?P<plus>\s?\+)?(?P<up> (?:or (?:more|higher|above|better)|and (?:up|above|over)))?",
        re.IGNORECASE,
    ),
)


@dataclass(frozen=True, slots=True)
class Rating:
    """Fewest stars that are asked for, and where (character offsets)."""

    start: int
    end: int
    stars: float


def find_rating(text: str) -> Rating | None:
    """Find "at least 4 stars", "4+ stars", "rated 4.5 or higher"; "5 star" alone is no wish."""
    for form in _RATINGS:
        for match in form.finditer(text):
            stars = float(match["stars"].replace(",", "."))
            if (match["floor"] or match["plus"] or match["up"]) and 1 <= stars <= 5:
                return Rating(match.start(), match.end(), stars)
    return None
