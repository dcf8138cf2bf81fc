"""Prompts to sound files at the moment of speaking. A prompt that cannot be said must never end a call."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog

from ivr.core.commands import Prompt
from ivr.prompts.catalog import Catalogue, PromptError

log = structlog.get_logger()


@dataclass(slots=True)
class CatalogueSounds:
    """Implements `ivr.ari.telephony.Sounds`. Publishing checks every prompt; this is for what breaks afterwards."""

    catalogue: Catalogue
    failures: int = 0
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def sounds(self, prompt: Prompt) -> tuple[str, ...]:
        """Absolute paths without extension; nothing (and an alarm in the log) when the prompt cannot be said."""
        if not prompt.args and prompt.id in self._known:
            return self._known[prompt.id]
        try:
            paths = self.catalogue.render(prompt.id, dict(prompt.args))
        except PromptError as error:
            self.failures += 1
            log.error("prompt_not_said", prompt=prompt.id, reason=str(error))
            return ()
        if not prompt.args:
            self._known[prompt.id] = paths
        return paths
