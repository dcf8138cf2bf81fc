"""The reference is written from the verbs: what is documented is what is read."""

from __future__ import annotations

from dataclasses import fields

import pytest

from ivr.core.fields import READERS
from ivr.core.verbs import VERBS
from ivr.reference import HEAD, KINDS, reference
from tests.phone import ROOT, dialplan, known_prompts


def test_the_page_is_what_the_code_says() -> None:
    written = (ROOT / "dialplans/README.md").read_text("utf-8")
    assert written == reference(), "Write it again: python -m ivr.reference > dialplans/README.md"


def test_every_verb_field_and_kind_is_explained() -> None:
    page = reference()
    for name, verb in VERBS.items():
        assert f"### {name}\n" in page
        for field in fields(verb):
            assert field.name == "name" or f"| `{field.name}` |" in page
    assert set(KINDS) == set(READERS)
    assert all(HEAD.values())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_serves_in_the_tree(verb: str) -> None:
    assert any(type(node) is VERBS[verb] for node in dialplan().flow.nodes.values())


def test_every_category_has_its_name_and_every_leaf_its_documents() -> None:
    parents = {each.parent for each in dialplan().categories.values()} - {""}
    for code in dialplan().categories:
        assert f"categorie.{code}" in known_prompts()
        assert code in parents or f"pieces.{code}" in known_prompts()
