"""English words that claim nothing checkable of a product: grammar, talk of a shop, and opinions."""

from __future__ import annotations

import functools
import re

import Stemmer

from retrieval.filters import fold

_TEXT = """
a an the this that these those it its itself they them their theirs he she his her you your yours yourself i me my
mine we us our who whom whose which what where when why how there here and or but nor so yet if then than as at by for
from in into of off on onto out over to up down with within without about above across after again against along among
around away back before behind below beside besides between beyond during each either every few further per since
through throughout till toward towards under until unless upon via while whether because though although however
therefore thus also too very quite rather really truly just only even still already almost nearly roughly exactly
simply somewhere clearly certainly definitely probably perhaps maybe likely possibly usually often sometimes always
never ever once now today first second third fourth fifth sixth last next other others another same such both all any
some none no not neither many much more most less least several enough one ones two pair pairs something anything
nothing everything someone anyone everyone thing things way ways kind kinds sort type types bit lot lots be is are was
were been being am do does did done doing have has had having can cannot could will would shall should may might must
let lets get gets got give gives go goes going come comes coming make makes making take takes taking keep keeps
keeping put see seen look looks looking find found show shows shown shop shops shopping shopper shoppers store buy
buys buying choose chosen pick picks option options choice choices want wants wanted need needs needed like likes
liked prefer prefers use used using useful user users say says said state states stated tell tells told mention
mentions mentioned ask asks asked know known help helps helpful think thinks consider considering matter matters
depend depends start starting begin stay stays stand stands seem seems feel feels fit fits fitting suit suits suitable
suited match matches matching work works working meant mean means meet meets serve serves cost costs price prices
priced pricier budget value money pay save saves saving savings spend sale reduced discounted discount cheap cheaper
cheapest affordable expensive shipping dear dearer available availability stock sold item items product products model
models brand brands range rating ratings rated rate rates review reviews reviewed reviewer reviewers star stars score
scores customer customers people person buyers card cards cart basket checkout list listed description name details
detail picture pictures page result results search selection slate top best better good great nice lovely fine solid
decent excellent strong popular wonderful perfect ideal handy practical sensible reliable attractive beautiful pretty
favourite favorite worth worthwhile happy glad pleased sorry sure afraid right wrong true correct fair safe-bet easy
easier easily simple simpler comfortable everyday daily versatile balanced balance well-rounded all-round allround
all-rounder compromise middle upper lower high higher highest low lowest big bigger small smaller large larger long
longer short shorter light lighter lightest heavy heavier heaviest highest-rated top-rated best-rated lowest-priced
weight weighs size sizes colour colours color colors material materials feature features difference differences
different differ differs similar comparable compared compare comparison alternative alternatives left closest close
near nearest main key important special particular particularly especially general overall total number count question
answer note please thanks thank yes hello welcome hi okay ok sadly unfortunately fortunately moment unavailable
currently ready possible impossible able unable include includes included including offer offers offered provide
provides made crafted built measure measures weigh hold holds lasts carry carries run runs lead leads open wide inside
idea ideas suggestion suggestions recommend recommended recommendation combination mix win winner runner-up place
purpose purposes situation situations occasion occasions time times day days trip trips outing weekend uses case cases
narrow narrowed limit limits wish wishes criteria requirement requirements preference preferences request alike extra
bonus plus downside upside drawback advantage catch point points reason reasons sense interest interested fully
completely entirely slightly somewhat fairly nicely well together apart alone instead bad rough weather commute
commuting travel travelling traveling home homes office kitchen camping outdoor outdoors indoor indoors holiday
holidays gift gifts present presents family families friends beginner beginners adventure adventures enjoy cover
covers course sleep sleeps seat seats supports support contain contains resist resists withstand withstands charge
charges boast boasts pack packs final decision decisions height width length depth condition conditions taste else
example instance i'd i'll i've i'm you'd you'll you're you've we'd we'll we're we've it's it'll that's there's here's
they're don't doesn't didn't can't won't isn't aren't wasn't couldn't wouldn't shouldn't haven't hasn't let's what's
quality add added conversation button calling changing check checking choosing chose click explain forget forgotten
gather gladly goodbye happens knew late learn learned learning leave looked mail mind noted numbers own paused payment
policies policy press profile queue questions ranking read reading removed saw sign somebody sponsored step stopped
suggest suggested switch talk teach title took try understand unfinished version versions visit visiting wait words
shop's marked assistant ai returns answer answers shown came after held orders belongs anew job finish side end part
parts level order ordered thinking department far sells asking line accounts earlier bring team latest newest
profiles counts
"""
ORDINARY = frozenset(_TEXT.split())
_ALIKE = {"color": "colour", "colors": "colour", "gray": "grey", "aluminum": "aluminium", "fiber": "fibre"}


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Cut a word's ending (Porter's English stemmer), so that "weighs" and "weight" differ but "pockets" and "pocket"
    do not."""
    word = _ALIKE.get(word, word)
    # A stemmer must not be shared between threads; making one costs two microseconds.
    return str(Stemmer.Stemmer("english").stemWord(word.removesuffix("'s"))) if word.isascii() else word


def words_of(text: str) -> list[str]:
    """The words of a text, lower-case, hyphenated ones cut apart."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", fold(text).replace("’", "'"))


def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's words."""
    return frozenset(map(stem, words_of(text)))
