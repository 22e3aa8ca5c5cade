"""Makes `src/oo/ml/serving/lexicon/common-*.txt`: the commonest words of a language, without names and places.

Run once, in an environment with wordfreq 3.1.1, Faker 40.54 and babel 2.18 beside it: `python make.py <folder>`.
"""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale
from wordfreq import top_n_list, zipf_frequency

HOW_MANY = {"en": 6000, "de": 8000}
# Names that are words first; English is written in lower case here, so that a capital gives a name away.
KEPT = {
    "en": """
    line hammer beer
    can good may best love long little house case read power small white black field short list held
    strong key page wall cross glass ring stone wood tea till wise smart bright branch moon golden snow
    bird fields walls bell rice sharp edit green brown cook
    """,
    "de": """
    gut gute lange schön kurz anders lang kopf stark glück gross kraft zimmer hart frisch langer frei darin
    solange denk salz nette scharf sauer klug fröhlich schuh heim baum berg heiss wende hell kern keller ring
    fleck klein ernst grob
    """,
}
BORROWED = 0.8
"""So much commoner (Zipf scale) in the other language, a word is that one's."""
ROMAN = re.compile(r"m{0,4}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
COARSE = re.compile(
    r"fuck|shit|bitch|cunt|nigg|porn|dick|cock|pussy|slut|whore|fick|arsch|scheiß|scheiss|hure|fotze|nazi|hitler"
)
BRANDS = """
    google facebook apple twitter instagram youtube amazon microsoft netflix iphone android windows samsung
    sony disney nike tesla uber ebay paypal yahoo snapchat tumblr reddit wikipedia linux xbox playstation
    nintendo toyota honda bmw audi mercedes volkswagen vw porsche siemens telekom spiegel bayern dfb fifa uefa
    nba nfl nasa fbi cia bbc cnn ard zdf fdp spd cdu csu afd nsa usa eu uk gb ddr nato un aldi lidl whatsapp
    tiktok spotify
"""
PEOPLES = """
    american british english french german spanish italian russian chinese japanese indian african european
    asian irish scottish welsh canadian mexican australian dutch swedish turkish greek polish jewish muslim
    islamic islam christian catholic roman arab arabic korean iranian iraqi israeli palestinian americans
    germans europe america britain england scotland wales trump obama biden putin merkel clinton bush reagan
    amerikanische amerikanischen amerikanischer amerikaner britische britischen deutsche deutschen deutscher
    deutsches deutsch deutschland französische französischen russische russischen russischer europäische
    europäischen europäischer türkische türkischen chinesische chinesischen englische englischen englischer
    italienische italienischen polnische polnischen jüdische jüdischen islamischen islamische römischen
    römische griechische griechischen schweizer österreichische österreichischen spanische spanischen
    japanische japanischen berliner hamburger münchner wiener europa amerika bayern sachsen hessen preußen nrw
"""


def words(language: str) -> list[str]:
    """The common words, sorted."""
    plain = re.compile(r"[^\W\d_]+(['’][^\W\d_]+)?")
    found = {word for word in top_n_list(language, HOW_MANY[language]) if plain.fullmatch(word)}
    single = {word for word in found if len(word) == 1} - {"a", "i"}
    gone = (_names() - set(KEPT[language].split())) | _places() | {*BRANDS.split(), *PEOPLES.split()} | single
    other = "de" if language == "en" else "en"
    borrowed = {word for word in found if zipf_frequency(word, other) > zipf_frequency(word, language) + BORROWED}
    gone |= borrowed | {word for word in found if ROMAN.fullmatch(word)} - {"i", "mix"}
    return sorted(word.replace("’", "'") for word in found - gone if not COARSE.search(word))


def _names() -> set[str]:
    found: set[str] = set()
    for place in ("en_US", "en_GB", "de_DE", "de_AT", "de_CH"):
        provider = importlib.import_module(f"faker.providers.person.{place}").Provider
        for name, values in vars(provider).items():
            if "first_name" in name or "last_name" in name:
                found |= {str(one).lower() for one in values}
    return found


def _places() -> set[str]:
    found = {part.lower() for zone in available_timezones() for part in re.split(r"[/_]", zone)}
    for place, kind in (("de_DE", "cities"), ("de_AT", "cities"), ("en_US", "states"), ("de_DE", "states")):
        provider = importlib.import_module(f"faker.providers.address.{place}").Provider
        found |= {part.lower() for one in getattr(provider, kind, ()) for part in one.split()}
    for language in ("en", "de"):
        locale = Locale(language)
        named = [*locale.territories.values(), *locale.languages.values()]
        for width in ("wide", "abbreviated"):
            named += [*locale.months["format"][width].values(), *locale.days["format"][width].values()]
        found |= {name.lower().rstrip(".") for name in named if " " not in name}
    return found - {
        "may",
        "west",
        "east",
        "south",
        "north",
        "so",
        "do",
        "mi",
        "mo",
        "general",
        "greenwich",
        "universal",
    }


if __name__ == "__main__":
    for language in HOW_MANY:
        target = Path(sys.argv[1]) / f"common-{language}.txt"
        target.write_text("\n".join(words(language)) + "\n", encoding="utf-8")
