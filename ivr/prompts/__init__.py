"""Prompts: catalogue of spoken texts, values said in French, and the sounds built from them."""

from ivr.prompts.build import BuildError, BuildReport, build, build_prompts
from ivr.prompts.catalog import Catalogue, CatalogueError, Prompt, PromptError, load_catalogue
from ivr.prompts.saying import say
from ivr.prompts.synthesis import ENGINES, SynthesisError, Synthesizer

__all__ = [
    "ENGINES",
    "BuildError",
    "BuildReport",
    "Catalogue",
    "CatalogueError",
    "Prompt",
    "PromptError",
    "SynthesisError",
    "Synthesizer",
    "build",
    "build_prompts",
    "load_catalogue",
    "say",
]
