"""Prompts: catalogue of spoken texts, values said in French, and the sounds built from them.

The builder is imported when it is asked for: it brings numpy and the audio libraries, and the service, which only plays what
is built, must be back at once after a death.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ivr.prompts.catalog import Catalogue, CatalogueError, Prompt, PromptError, load_catalogue
from ivr.prompts.saying import say
from ivr.prompts.synthesis import ENGINES, SynthesisError, Synthesizer

if TYPE_CHECKING:
    from ivr.prompts.build import BuildError, BuildReport, build, build_prompts

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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    builder = import_module("ivr.prompts.build")
    globals().update((each, getattr(builder, each)) for each in ("BuildError", "BuildReport", "build", "build_prompts"))
    return globals()[name]
