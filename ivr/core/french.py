"""The French words of the 1364, as data: numbers, letters, alphabets, hesitations, corrections, yes and no.

Spelled as a dictionary spells them, with accents, so that recognition grammars are generated from the very
tables the parser reads. `normalise` is how the two meet: a recogniser may drop accents, hyphens and capitals.
"""

import re
import unicodedata
from collections.abc import Mapping

ZERO = "zéro"
UNITS = {
    "un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
}  # fmt: skip
TEENS = {
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "dix-sept": 17, "dix-huit": 18, "dix-neuf": 19,
}  # fmt: skip
TENS = {
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
CARRIES_TEENS = {"soixante": 60, "quatre-vingt": 80}  # soixante-dix-sept, quatre-vingt-onze
SCORE = "quatre-vingt"
HUNDRED = "cent"
THOUSAND = "mille"
AND = "et"
TIMES = "fois"  # « trois fois zéro »
REPEATS = {"double": 2, "triple": 3}

# Inflected or commonly mistaken forms, each with the word of the tables it stands for.
SPELLINGS = {
    "une": "un", "vingts": "vingt", "cents": "cent", "milles": "mille", "mil": "mille",
    "quatres": "quatre", "cinqs": "cinq", "sinq": "cinq", "septs": "sept", "doubles": "double", "triples": "triple",
}  # fmt: skip

# For each letter its usual name first, then what recognisers write when they hear it.
LETTER_NAMES = {
    "A": ("a", "ah"),
    "B": ("bé", "b", "bée"),
    "C": ("cé", "c", "sé", "ces", "ses"),
    "D": ("dé", "d", "des"),
    "E": ("e", "eu", "eux"),
    "F": ("effe", "f", "èfe", "ef", "eff"),
    "G": ("gé", "g", "j'ai"),
    "H": ("ache", "h", "hache", "ash"),
    "I": ("i", "hi"),
    "J": ("ji", "j", "jie", "gi", "j'y"),
    "K": ("ka", "k", "cas"),
    "L": ("elle", "l", "èle", "el", "aile", "elles"),
    "M": ("emme", "m", "ème", "aime", "em"),
    "N": ("enne", "n", "ène", "haine", "en"),
    "O": ("o", "oh", "eau", "au", "haut"),
    "P": ("pé", "p", "paix"),
    "Q": ("ku", "q", "qu", "cu"),
    "R": ("erre", "r", "ère", "air", "er"),
    "S": ("esse", "s", "èce", "es", "est-ce"),
    "T": ("té", "t", "thé"),
    "U": ("u", "hue"),
    "V": ("vé", "v", "vais"),
    "W": ("double vé", "w", "double v", "doublevé", "double vais"),
    "X": ("ixe", "x", "ix", "iks", "hix"),
    "Y": ("i grec", "y", "y grec", "igrec", "ygrec", "i grecque", "y grecque"),
    "Z": ("zède", "z", "zed", "zet", "zette"),
}

# The words we read back first (so callers learn them), then the French and neighbouring spelling alphabets.
ALPHABETS = {
    "A": ("Abidjan", "Anatole", "Alpha", "Aboisso"),
    "B": ("Bouaké", "Berthe", "Bravo", "Bernard"),
    "C": ("Cocody", "Célestin", "Charlie", "Camille"),
    "D": ("Daloa", "Désiré", "Delta", "Denis"),
    "E": ("Émile", "Eugène", "Écho", "Étienne"),
    "F": ("Ferké", "François", "Foxtrot", "Fatou"),
    "G": ("Gagnoa", "Gaston", "Golf", "Georges"),
    "H": ("Henri", "Hôtel"),
    "I": ("Issia", "Irma", "India", "Isidore"),
    "J": ("Joseph", "Juliette", "Jean", "Jacqueville"),
    "K": ("Korhogo", "Kléber", "Kilo", "Koffi"),
    "L": ("Lakota", "Louis", "Lima"),
    "M": ("Man", "Marcel", "Mike", "Marie"),
    "N": ("Nicolas", "November", "Nadine"),
    "O": ("Odienné", "Oscar", "Olivier"),
    "P": ("Paul", "Pierre", "Papa"),
    "Q": ("Quentin", "Quintal", "Québec"),
    "R": ("Robert", "Raoul", "Roméo"),
    "S": ("Soubré", "Suzanne", "Sierra"),
    "T": ("Touba", "Thérèse", "Tango"),
    "U": ("Ursule", "Uniforme"),
    "V": ("Victor", "Vavoua"),
    "W": ("William", "Whisky", "Wagon"),
    "X": ("Xavier",),
    "Y": ("Yamoussoukro", "Yvonne", "Yankee", "Yao"),
    "Z": ("Zuénoula", "Zoé", "Zoulou"),
}
LIKE = "comme"
ARTICLES = ("un", "une", "le", "la", "les", "l", "du", "de", "d")  # « X comme un xylophone »
CONFUSABLE = ("BDPTV", "MN", "FS", "JG")  # measured on an 8 kHz line: these are heard for one another

# None ends with a number word: « trente et un tiret X » must keep its « un ».
FILLERS = (
    "euh", "heu", "hum", "hein", "ben", "bon", "ok", "alors", "voilà", "donc", "puis", "ensuite", "après", "allô",
    "bonjour", "bonsoir", "merci", "madame", "monsieur", "s'il vous plaît", "s'il te plaît", "au revoir", "d'accord",
    "c'est", "c'est le", "c'est la", "ça fait", "j'ai le", "il y a", "je suis",
    "je dis", "un instant", "un moment", "une seconde", "attendez un instant", "je répète",
    "le", "la", "les", "mon", "ma", "est", "numéro", "chiffre", "chiffres", "six chiffres", "les six chiffres",
    "matricule", "mon matricule", "le matricule", "mon matricule est", "mon matricule est le", "de mon matricule",
    "du matricule", "de matricule", "numéro de matricule", "matricule de fonctionnaire",
    "lettre", "la lettre", "en lettre", "avec la lettre", "et la lettre", "avec",
    "virgule", "tiret", "trait d'union", "point", "espace", "barre", "slash", "dièse", "étoile",
)  # fmt: skip

# What follows one of these replaces what came before it.
CORRECTIONS = (
    "non", "pardon", "je reprends", "je recommence", "je me trompe", "je me suis trompé", "je me suis trompée",
    "excusez-moi", "plutôt", "je corrige", "correction", "je voulais dire", "je veux dire",
)  # fmt: skip

YES = (
    "oui", "ouais", "oui oui", "exact", "c'est exact", "exactement", "c'est ça", "correct", "c'est correct",
    "d'accord", "tout à fait", "affirmatif", "bien sûr", "voilà", "ok", "okay", "juste", "c'est juste", "parfait",
    "c'est bon", "en effet", "effectivement", "absolument", "c'est bien ça", "je confirme",
)  # fmt: skip
NO = (
    "non", "non non", "pas du tout", "faux", "c'est faux", "incorrect", "inexact", "erreur", "c'est une erreur",
    "négatif", "pas exact", "pas correct", "pas ça", "pas bon", "pas juste", "pas d'accord", "pas tout à fait",
    "pas exactement", "c'est pas ça", "ce n'est pas ça", "c'est pas exact", "pas vraiment", "pas bien ça",
)  # fmt: skip

# Understood at every step: the key each phrase stands for (0 = an agent, * = repeat, # = previous menu).
UNIVERSAL = {
    "0": ("agent", "un agent", "conseiller", "un conseiller", "une conseillère", "opérateur", "parler à quelqu'un"),
    "*": ("répéter", "répétez", "réécouter", "encore une fois", "je n'ai pas compris"),
    "#": ("retour", "revenir", "menu précédent", "précédent", "retour au menu"),
}


def normalise(words: str) -> str:
    """Lower case, no accents; apostrophes, hyphens and punctuation are spaces; digits and letters part: 10X → 10 x."""
    return " ".join(re.findall(r"[a-z]+|[0-9]+", unaccented(words)))


def unaccented(words: str) -> str:
    decomposed = unicodedata.normalize("NFD", words.lower().replace("œ", "oe"))
    return "".join(symbol for symbol in decomposed if not unicodedata.combining(symbol))


def letters_by_phrase(phrases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """LETTER_NAMES or ALPHABETS turned over: {"be": "B", "double ve": "W"}, normalised."""
    return {normalise(phrase): letter for letter, names in phrases.items() for phrase in names}


def digit_vocabulary() -> frozenset[str]:
    """Every single word, in real spelling, a recogniser needs for the six digits."""
    rest = (ZERO, "zéros", SCORE, HUNDRED, "cents", "vingts", "une", THOUSAND, AND, TIMES)
    return _single_words((*UNITS, *TEENS, *TENS, *REPEATS, *rest))


def letter_vocabulary() -> frozenset[str]:
    """Every single word, in real spelling, a recogniser needs for the letter and its word."""
    usual = (name for names in LETTER_NAMES.values() for name in names[:2])
    return _single_words((*usual, *(word for words in ALPHABETS.values() for word in words), LIKE, "lettre", "la"))


def _single_words(phrases: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.lower().replace("-", " ").split())
