"""The picture of a call is well-formed, keeps the order of what happened and says all of it."""

import itertools
from xml.etree import ElementTree as ET

from ivr.picture import picture
from ivr.timeline import Line

SVG = "{http://www.w3.org/2000/svg}"


def test_everything_said_is_drawn_in_order_and_escaped():
    said = [(0.0, "appelant", "appelle le 1364"), (1.2, "1364", "« Bienvenue & bonjour <1> »"), (3.0, "étape", "menu")]
    lines = [Line(*each) for each in said]
    drawn = ET.fromstring(picture("Appel de Koffi", lines))
    texts = [each.text for each in drawn.iter(f"{SVG}text")]
    assert texts == ["Appel de Koffi", "00:00.0", "appelle le 1364", "00:01.2", "« Bienvenue & bonjour <1> »", "menu"]


def test_a_long_text_is_broken_and_nothing_overlaps():
    lines = [Line(float(n), "1364", "mot " * 40) for n in range(5)]
    boxes = list(ET.fromstring(picture("Long", lines)).iter(f"{SVG}rect"))[1:]
    edges = [(float(box.get("y")), float(box.get("y")) + float(box.get("height"))) for box in boxes]
    assert len(edges) == 5
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(edges))


def test_keys_pressed_in_a_row_are_one_bubble():
    keys = [(1.0, "appelant", "touche 0"), (1.2, "appelant", "touche 1"), (1.2, "appelant", "choisit menu:1")]
    said = [*keys, (2.0, "1364", "Oui")]
    texts = [each.text for each in ET.fromstring(picture("", [Line(*each) for each in said])).iter(f"{SVG}text")]
    assert texts[1:] == ["00:01.0", "touche 0 1", "00:02.0", "Oui"]
