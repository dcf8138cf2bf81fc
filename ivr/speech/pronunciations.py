"""How words sound, for engines with a pronunciation dictionary: the 34 phones of cmusphinx-fr (`phoneset.json`).

Only what the model's own dictionary of 105,000 words lacks or has wrong for the telephone: Ivorian place names, letter
names, Belgian and Swiss tens, and variants heard on the line (« un » as « in », the sounded ends of cinq, six, huit, dix).
"""

from __future__ import annotations

import re

PHONES = (
    "aa", "ai", "an", "au", "bb", "ch", "dd", "ee", "ei", "eu", "ff", "gg", "gn", "ii", "in", "jj", "kk",
    "ll", "mm", "nn", "oe", "on", "oo", "ou", "pp", "rr", "ss", "tt", "un", "uu", "uy", "vv", "ww", "yy", "zz",
)  # fmt: skip

ADDED: dict[str, tuple[str, ...]] = {
    # numbers
    "un": ("in",), "une": ("uu nn",), "zéro": ("zz ei rr au", "zz ei rr oo"), "cinq": ("ss in kk ee",),
    "sept": ("ss ai tt ee",),
    "huit": ("uy ii tt", "uy ii tt ee"), "neuf": ("nn oe ff", "nn oe ff ee"),
    "quatre": ("kk aa tt", "kk aa tt rr ee"),
    "vingt": ("vv in", "vv in tt"), "onze": ("on zz ee",), "trente": ("tt rr an tt ee",),
    "septante": ("ss ai pp tt an tt", "ss ai tt an tt"), "huitante": ("uy ii tt an tt",),
    "octante": ("oo kk tt an tt",),
    # letters
    "bé": ("bb ei",), "cé": ("ss ei",), "dé": ("dd ei",), "effe": ("ai ff",), "gé": ("jj ei",), "ache": ("aa ch",),
    "enne": ("ai nn",),
    "pé": ("pp ei",), "esse": ("ai ss",), "té": ("tt ei",), "vé": ("vv ei",), "ixe": ("ii kk ss",),
    "zède": ("zz ai dd",),
    "e": ("ee", "oe"), "elle": ("ai ll ee",), "emme": ("ai mm ee",), "erre": ("ai rr ee",), "o": ("oo",),
    # places and first names of the alphabet
    "aboisso": ("aa bb ww aa ss au", "aa bb oo ii ss oo"), "bouaké": ("bb ww aa kk ei", "bb ou aa kk ei"),
    "cocody": ("kk oo kk oo dd ii",),
    "émile": ("ei mm ii ll",), "fatou": ("ff aa tt ou",), "ferké": ("ff ai rr kk ei",),
    "foxtrot": ("ff oo kk ss tt rr oo tt",),
    "gagnoa": ("gg aa gn oo aa", "gg aa gn au aa"), "issia": ("ii ss yy aa",), "jacqueville": ("jj aa kk vv ii ll",),
    "koffi": ("kk oo ff ii",), "korhogo": ("kk oo rr oo gg au",), "lakota": ("ll aa kk oo tt aa",),
    "november": ("nn oo vv an bb ai rr",),
    "odienné": ("oo dd yy ai nn ei",), "quintal": ("kk in tt aa ll",), "soubré": ("ss ou bb rr ei",),
    "touba": ("tt ou bb aa",),
    "ursule": ("uu rr ss uu ll",), "zuénoula": ("zz uy ei nn ou ll aa",), "yao": ("yy aa au",),
    # yes and no
    "c'est": ("ss ai", "ss ei"), "n'est": ("nn ai",), "okay": ("oo kk ai", "oo kk ei"), "ouais": ("ww ai",),
    "oui": ("ww ii",),
}  # fmt: skip

# Spelling to sound for a menu's word that no dictionary has: rough, longest first; better than refusing the menu.
_SPELLED = {
    "eau": "au", "oin": "ww in", "ain": "in", "ein": "in", "ien": "yy in", "ill": "yy", "tion": "ss yy on",
    "oi": "ww aa", "ou": "ou",
    "au": "au", "ai": "ai", "ei": "ai", "eu": "eu", "an": "an", "am": "an", "en": "an", "em": "an", "in": "in",
    "im": "in", "on": "on",
    "om": "on", "un": "un", "ch": "ch", "ph": "ff", "gn": "gn", "qu": "kk", "gu": "gg", "ss": "ss", "é": "ei",
    "è": "ai", "ê": "ai",
    "ë": "ai", "à": "aa", "â": "aa", "ç": "ss", "î": "ii", "ï": "ii", "ô": "au", "û": "uu", "ù": "uu", "œ": "oe",
    "a": "aa", "b": "bb",
    "c": "kk", "d": "dd", "e": "ee", "f": "ff", "g": "gg", "h": "", "i": "ii", "j": "jj", "k": "kk", "l": "ll",
    "m": "mm", "n": "nn",
    "o": "oo", "p": "pp", "q": "kk", "r": "rr", "s": "ss", "t": "tt", "u": "uu", "v": "vv", "w": "ww", "x": "kk ss",
    "y": "ii", "z": "zz",
}  # fmt: skip
_PIECE = re.compile("|".join(sorted(_SPELLED, key=len, reverse=True)))


def guess(word: str) -> str:
    """Phones for a French spelling, '' when there is nothing to pronounce."""
    silent_end = re.sub(r"(?<=.{2})(es|e|s|t|d|x)$", "", word.lower())
    doubled = re.sub(r"([bcdfglmnprt])\1", r"\1", silent_end)
    return " ".join(filter(None, (_SPELLED[piece] for piece in _PIECE.findall(doubled))))
