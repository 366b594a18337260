"""Words of a text: splitting, folding, number, and the small lists of plain English that shopping talk is made of.

Knows grammar words and politeness, never a product, brand, category or attribute value: those come from the catalogue.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 2000
"""Only this much of a message is read; the rest is ignored."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]+|\d+(?:[.,]\d+)+(?!\w)|(?:(?![{_CJK}])[^\W_])+(?:['’](?:(?![{_CJK}])[^\W_])+)*")
_WITH = re.compile(r"(?<!\w)w/(?!o\b)\s*", re.IGNORECASE)
_CURLY = re.compile(r"(?<=[^\W\d_])’(?=[^\W\d_])")
_CJK_RUN = re.compile(rf"[{_CJK}]")
_SPELLINGS = {
    "color": "colour", "gray": "grey", "aluminum": "aluminium", "jewelry": "jewellery", "fiber": "fibre",
    "liter": "litre", "meter": "metre", "center": "centre", "organizer": "organiser", "tire": "tyre",
    "canceling": "cancelling", "canceled": "cancelled", "traveling": "travelling", "traveler": "traveller",
    "pajama": "pyjama", "mold": "mould", "flavor": "flavour", "theater": "theatre", "wifi": "wifi",
}  # fmt: skip
_IRREGULAR = {
    "mens": "man", "womens": "woman",
    "men": "man", "women": "woman", "children": "child", "feet": "foot", "mice": "mouse", "knives": "knife",
    "shelves": "shelf", "scarves": "scarf", "leaves": "leaf", "people": "person", "persons": "person", "ppl": "person",
    "halves": "half", "loaves": "loaf", "gloves": "glove", "sleeves": "sleeve", "shoes": "shoe", "canoes": "canoe",
    "tomatoes": "tomato", "potatoes": "potato", "heroes": "hero", "batteries": "battery",
    "movies": "movie", "cookies": "cookie", "hoodies": "hoodie", "selfies": "selfie", "beanies": "beanie",
    "series": "series", "lens": "lens", "lenses": "lens", "gas": "gas", "always": "always", "canvas": "canvas",
    "bus": "bus", "plus": "plus", "ties": "tie", "pies": "pie", "dies": "die", "axes": "axe", "glasses": "glass",
    "us": "us", "this": "this", "its": "its", "is": "is", "was": "was", "has": "has", "does": "does", "yes": "yes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: as written, its key for comparing, and where it stands (character offsets)."""

    text: str
    key: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        return self.text.casefold().replace("’", "'")


def clean(text: str) -> str:
    """Bring a message into one form: composed characters, straight apostrophes in words ("don’t"), no control
    characters, at most MAX_CHARS."""
    head = unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS]
    head = _CURLY.sub("'", _WITH.sub("with ", head))
    return "".join(char if char.isprintable() else " " for char in head)


def tokens(text: str) -> tuple[Token, ...]:
    """Split a cleaned text into words; a run of Chinese, Japanese or Korean characters is one word."""
    return tuple(Token(m.group(), word_key(m.group()), m.start(), m.end()) for m in _WORD.finditer(text))


def cut_runs(found: Sequence[Token], edges: Collection[int]) -> list[Token]:
    """Cut runs that are written without spaces at the given character offsets."""
    pieces: list[Token] = []
    for token in found:
        cuts = sorted({edge for edge in edges if token.start < edge < token.end}) if is_cjk(token.text) else []
        starts, ends = [token.start, *cuts], [*cuts, token.end]
        for start, end in zip(starts, ends, strict=True):
            text = token.text[start - token.start : end - token.start]
            pieces.append(Token(text, word_key(text), start, end))
    return pieces


def words(text: str) -> list[str]:
    """Return the folded words of a catalogue text."""
    return _WORD.findall(text.casefold())


@lru_cache(maxsize=65_536)
def word_key(word: str) -> str:
    """Fold a word for comparing: case, number and spelling variants disappear ("Shoes" and "shoe")."""
    folded = word.casefold().replace("’", "'").removesuffix("'s").replace("'", "")
    return _SPELLINGS.get(single := singular(folded), single)


@lru_cache(maxsize=65_536)
def phrase_key(text: str) -> str:
    """Fold a phrase for comparing; spaces and hyphens disappear ("Rain-jackets", "rain jacket" and "rainjacket")."""
    return "".join(word_key(word) for word in _WORD.findall(text))


def singular(word: str) -> str:
    """Guess the singular of a folded English word; other words pass unchanged."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]


def is_cjk(word: str) -> bool:
    """Whether a word is written without spaces (Chinese, Japanese, Korean)."""
    return _CJK_RUN.match(word) is not None


def word_set(text: str) -> frozenset[str]:
    """Make a set of the words of a text, for lists that are long."""
    return frozenset(text.split())


def has_digit(word: str) -> bool:
    """Whether a word holds a digit, as sizes and part numbers do."""
    return not word.isalpha() and any(char.isdigit() for char in word)


STOP = word_set(
    """a an the this that these those it its it's them they i i'm im me my mine we us our you your u he she his her him
    and or but nor so if then than as at by for from in into of off on onto out over to up with within about around
    near per via is are was were be been being am do does did doing have has had having can could will would shall
    should may might must not no there here what which who whose whom when where why how all any some each every both
    also too very really quite just only even still maybe perhaps please pls thanks thank hi hello hey ok okay yes yeah
    i'd id i've ive i'll ill that's thats what's whats don't dont doesn't doesnt isn't isnt it'd let's lets one ones
    something anything thing things stuff someone somebody anyone sort kind type like such etc eg ie way well now
    nice good great best better perfect ideal suitable decent proper cool lovely beautiful
    want wants wanted need needs needed looking look looks search searching find finding show get getting give buy
    buying purchase shop shopping order recommend suggest suggestion suggestions recommendation recommendations help
    tell see seeing offer offers sell selling carry list stock available interested prefer preferably preferred love
    loves hoping wish wishing trying try searching hunting browse browsing pick choose consider think thinking know
    make makes made sure must come comes go goes going use used using bring send put take keep
    price priced prices pricing cost costs costing costed budget spend spending pay paying money dollar dollars worth
    dad mom mum father mother brother sister son daughter wife husband friend friends boyfriend girlfriend
    grandma grandpa uncle aunt nephew niece partner boss colleague myself himself herself yourself
    birthday christmas gift present today tomorrow soon asap currently right product products item items article
    articles model models brand brands option options less more least most much many few lot lots bit little pair pairs
    piece pieces again instead actually either neither rather really else other another same different new two three
    between below under above before after during since
    compare cancel refund
    plz pls thx lol um umm ummm uh uhh uhm hmm hmmm erm gimme lemme gonna wanna gotta dunno nah nope yup yep yo bout
    already oh ah er hm enough sorry wait kidding haha whatever got nicer mostly
    的 了 吗 呢 和 与 或 在 有 是 一个 一双 一件 一条 一款 个 双 件 条 款 我 你 请 谢谢 把 要 些 那 这"""
)
"""Grammar words, politeness and talk around shopping: no part of what is searched for."""

TYPOS = {
    "teh": "the", "hte": "the", "adn": "and", "wich": "which", "waht": "what", "thsi": "this", "taht": "that",
    "wiht": "with", "yuo": "you", "yuor": "your", "ahve": "have", "hvae": "have",
}  # fmt: skip
"""Slips of grammar words, too short to be told by their letters."""

ASKED = word_set(
    """cheaper cheapest lighter lightest heaviest biggest larger largest smallest longest shortest warmest brightest
    quietest strongest expensive celsius fahrenheit compare difference delivery shipping return refund basket checkout
    waterproof similar available"""
)
"""Words that shoppers say often, whether a catalogue has them or not: a slip is likely meant to be one of these."""

TALK = word_set(
    """fine hm hmm um uh er erm oh ah hey so total limit max maximum min minimum w works work possible possibly first
    actual actually basically literally guess kinda sorta somewhat rather gonna wanna gotta lol pls plz thx cheers
    arent isnt wasnt werent dont doesnt didnt wont cant couldnt shouldnt wouldnt hasnt havent hadnt mustnt neednt aint
    wear wears fits fit
    youre theyre weve youve theyve theyll youll itll shes hes whos wheres hows theres yall dunno"""
)
"""Words around a wish that say nothing of what is wanted, although catalogues may use them otherwise."""

_COMMON = """able above across after again against age ago air alike alone along already although always among amount
    animal answer apart appear apple area arm army around arrive art ask autumn away back bad bag ball band bank base
    basic bath beach bear beat because become bed before begin behind bell below belt beside best better between beyond
    big bike bird bit black blue board boat body book boot border both bottle bottom bowl box boy bread break breakfast
    bright bring broad brown brush build burn bus business busy button call calm camera camp car card care case cat
    catch cause chain chair chance change charge chart check child choice church circle city class clean clear climb
    clock close cloth clothes cloud coat coffee cold collect colour comfort common company cook cool copper copy corner
    cotton count country couple course cover cream cross cup current curtain cut daily dance dark day deal dear deep
    design desk detail dinner direct dirt dish doctor dog door double doubt down draw dream dress drink drive drop dry
    dust duty early earth ease east easy edge effect egg electric empty end engine enjoy enough enter equal evening
    event ever every exact example except expect face fact fall family fan far farm fashion fast fat favour fear feather
    feel field fight fill film final fine finger finish fire firm first fish fit fix flat floor flow flower fly fold
    follow food foot force forest forget fork form forward frame free fresh front fruit full fun fur game garden gas
    general girl glad glass glove gold gone grass green grey ground group grow guess guest guide guitar gym hair half
    hall hand handle hang happen happy hard hat hate head health hear heart heat heavy height hello help high hike hill
    hit hobby hold hole holiday hollow home hope horse hospital host hot hotel hour house human hurry hurt ice idea
    inside iron island jar job join joke joy juice jump keen key kick kill kind king kitchen knee knife knot lake lamp
    land large last late laugh law layer lead leaf learn least leather leave left leg lemon length less lesson letter
    level lid lie life lift light lime line link lion lip liquid list listen live load local lock long loose lose loud
    low luck lunch machine main major male man map mark market mass match material matter meal mean measure meat medium
    meet member memory metal method middle might mile milk mind mine minute mirror miss mix model modern moment money
    month moon morning mother mountain mouth move music name narrow nature near neat neck need needle nerve net never
    next night noise none normal north nose note nothing notice number oil old once onion only open opinion orange
    outdoor outside oven over own page pain paint pan paper parent park part party pass past paste patch path pause
    peace pen pencil people perfect person pet phone photo picture pin pink pipe place plain plan plane plant plastic
    plate play player pleasant plenty pocket point police polish pool poor port position possible pot pound powder
    power press pretty private problem public pull pump pure purple purpose push quality question quick quiet quite
    race radio rail rain raise range rate reach read ready real reason record red regular remember rent repair replace
    request rest return rice rich ride ring river road rock roll roof room root rope rough round row rub rubber rule run
    safe sail salt sand save school science screen sea season seat second secret seem self sense serious serve service
    several shade shadow shake shape share sharp sheet shelf ship shirt shock shoe shore short shoulder show shower
    shut sick side sign silk silver simple sing single sink sit size skin skirt sky sleep slip slow small smart smell
    smile smoke smooth snow soap sock soft solid song sound soup south space spare speak special speed spend spoon
    sport spot spring square stage stamp stand star start state station stay steel step stick stiff still stone stop
    store storm story straight strange street stretch strong student study style sugar suit summer sun support surface
    surprise sweet swim switch table tail talk tall taste teach team tear tell term test thick thin third thread throw
    ticket tidy tie tight time tin tiny tire title toe together tomorrow tone tool tooth top total touch towel town toy
    track trade train travel tray tree trip trouble trousers true trust try turn twice twin type ugly under union unit
    until upper useful usual valley value van vegan verse very video view village visit voice wait walk wall warm wash
    waste watch water wave weak wear weather wedding week weight west wet wheel while white wide wild wind window wine
    wing winter wire wise wonder wood wool word work world worse worry worst wrap write wrong year yellow young zone
    office outfit heavy duty everyday casual formal fancy elegant cheap sturdy durable reliable portable comfortable
    comfy cosy cozy stylish trendy quiet affordable inexpensive quality premium luxury gaming cooking running hiking
    track exchange deliver ship arrive describe explain difference warranty policy account
    temp temps info pics specs approx max min dims
    password login agent complain bold print present
    walking working sleeping cycling swimming skiing reading writing living dining sitting standing training travelling
    """
COMMON = STOP | word_set(_COMMON) | frozenset(map(word_key, word_set(_COMMON)))
"""Common English words: never taken for a misspelling."""

ADJECTIVES = word_set(
    """small medium large big tiny huge little long short wide narrow thick thin light lighter lightweight heavy warm
    warmer cool hot cold soft hard strong sturdy durable robust stable reliable comfortable comfy cosy cozy stylish
    trendy fancy elegant pretty cute beautiful modern classic simple plain basic casual formal everyday daily portable
    practical useful handy quiet loud fast quick slow safe easy quality high low full half whole fresh clean
    dry premium luxury affordable bigger smaller larger longer shorter wider size sized colour coloured fit fitting
    suitable similar various certain special extra own old used young real true actual genuine us uk eu"""
)
"""Plain adjectives: never said to be missing, because no shop states them all."""

UNLIKE = word_set("faux vegan imitation artificial fake non mock pseudo synthetic no not un anti")
"""A "faux leather" is no leather."""

OPINIONS = word_set(
    """ugly boring tacky cheesy childish flimsy bulky clunky lame bad crap crappy weird silly stupid awful terrible
    horrible hideous dull flashy gaudy shabby cheap fragile confusing uncomfortable annoying shoddy trashy junk rubbish
    girly nerdy obnoxious expensive pricey garbage"""
)
"""What people think of things, which no shop states: refused ("that aren't ugly"), it refuses nothing."""

GENERIC_HEADS = word_set(
    """set kit pack package bundle accessory item product thing piece pair other more gift sale new size colour model
    brand type style part option unit collection range home all general misc miscellaneous uncategorized various
    man woman kid child boy girl adult unisex"""
)
