"""The catalogue of spoken texts: prompt id → text, typed arguments, status; and, once built, → sound files."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from ivr.prompts.manifest import Manifest, Slot, read_manifest
from ivr.prompts.saying import KINDS, MOMENT, RECORDED, say

STATUSES = ("confirmed", "illustrative", "to_confirm")
_FIELDS = ("text", "sound", "args", "used_in", "status")
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)+")
_SOUND = re.compile(r"beep|pause:[1-9]\d{0,3}")


class CatalogueError(Exception):
    """The catalogue is refused: `problems` holds one « file:line: sentence. advice » per fault, all of them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PromptError(ValueError):
    """A prompt cannot be played: unknown id, wrong arguments, or no sound built for it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    id: str
    text: str
    sound: str
    args: Mapping[str, str]
    used_in: str
    status: str
    line: int

    def parts(self) -> tuple[str | Slot, ...]:
        """Fixed texts and argument slots in the order they are said; punctuation alone is no text."""
        return tuple(_parts(self.text, self.args))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All prompts of one language. `manifest` is there once the sounds have been built; `moments` is the folder of the
    messages of today, looked into whenever one is said."""

    path: Path
    prompts: Mapping[str, Prompt]
    manifest: Manifest | None = field(default=None, repr=False)
    moments: Path | None = None

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.prompts)

    @property
    def arguments(self) -> dict[str, frozenset[str]]:
        """Prompt id → names of its arguments: what a flow is checked against."""
        return {prompt.id: frozenset(prompt.args) for prompt in self.prompts.values()}

    def render(self, prompt_id: str, args: Mapping[str, object] | None = None) -> tuple[str, ...]:
        """Absolute paths without extension, in playing order (Asterisk: `sound:` + path). Raises PromptError."""
        if self.manifest is None:
            raise PromptError("No sounds are built. Build the prompts first.")
        return tuple(self._sounds(self.manifest, prompt_id, dict(args or {})))

    def unbuilt(self) -> tuple[str, ...]:
        """Ids (and recorded words) that have no sound, or a sound made from another text. Empty when all can be said."""
        if self.manifest is None:
            return tuple(sorted(self.ids))
        built = self.manifest
        return tuple(
            sorted({i for i, p in self.prompts.items() if not built.holds(i, p.text or p.sound)} | built.lacking(RECORDED))
        )

    def _sounds(self, manifest: Manifest, prompt_id: str, args: dict[str, object]) -> Iterator[str]:
        self._check(prompt_id, args)
        if manifest.lacking((prompt_id,)):
            raise PromptError(f"No sound is built for {prompt_id!r}. Build the prompts again.")
        for part in manifest.parts(prompt_id):
            if isinstance(part, str):
                yield str(manifest.folder / part)
                continue
            try:
                keys = say(part.kind, args[part.arg])
            except ValueError as error:
                raise PromptError(f"Prompt {prompt_id!r}, argument {part.arg!r}: {error}") from error
            for key in keys:
                yield from (self._moment(key),) if key.startswith(MOMENT) else self._sounds(manifest, key, {})

    def _moment(self, key: str) -> str:
        name = key.removeprefix(MOMENT)
        path = (self.moments or Path()).absolute() / name
        if self.moments is None or not path.with_suffix(".wav").is_file():
            raise PromptError(f"There is no message {name!r} in {self.moments}.")
        return str(path)

    def _check(self, prompt_id: str, args: Mapping[str, object]) -> None:
        if prompt_id in RECORDED:
            return
        prompt = self.prompts.get(prompt_id)
        if prompt is None:
            raise PromptError(f"Prompt {prompt_id!r} is not in {self.path.name}.")
        if set(args) != set(prompt.args):
            wanted = ", ".join(prompt.args) or "none"
            raise PromptError(f"Prompt {prompt_id!r} takes the arguments: {wanted}; it got: {', '.join(args) or 'none'}.")


def load_catalogue(path: Path, sounds: Path | None = None, moments: Path | None = None) -> Catalogue:
    """Reads and checks catalog.yaml; with `sounds` (the folder `build` wrote), binds it to the built files, and with
    `moments` to the messages of today.

    Raises CatalogueError with every problem at once, OSError when the file cannot be read.
    """
    reader = _Reader(path)
    prompts = reader.read()
    if reader.problems:
        raise CatalogueError(tuple(text for _, text in sorted(reader.problems)))
    return Catalogue(path, MappingProxyType(prompts), read_manifest(sounds) if sounds else None, moments)


@functools.lru_cache(maxsize=4)
def _composed(text: str) -> Node | None:
    """The YAML nodes of a text; the same text is read once, which is a fifth of a second each time that it is asked for."""
    root: Node | None = YAML(typ="rt").compose(text)
    return root


class _Reader:
    """Walks the YAML nodes (they know their lines) and gathers problems instead of stopping at the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[tuple[int, str]] = []

    def read(self) -> dict[str, Prompt]:
        try:
            root = _composed(self.path.read_text(encoding="utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._problem(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}. Check quotes and braces")
            return {}
        except AssertionError:  # ruamel's own, where a comment stands inside what it does not belong to
            self._problem(1, "this is not YAML, somewhere near a comment. Check what stands between the comments")
            return {}
        if not isinstance(root, MappingNode):
            self._problem(1, "the catalogue is empty or no mapping. Write one `id: {text: …}` a line")
            return {}
        return self._entries(root)

    def _entries(self, root: MappingNode) -> dict[str, Prompt]:
        prompts: dict[str, Prompt] = {}
        for key, value in root.value:
            prompt_id, line = str(key.value), key.start_mark.line + 1
            if prompt_id in prompts:
                first = prompts[prompt_id].line
                self._problem(line, f"{prompt_id!r} is already written at line {first}. Keep one of the two")
            elif not _ID.fullmatch(prompt_id):
                self._problem(line, f"{prompt_id!r} is no prompt id. Write a section, a dot and a name: accueil.bienvenue")
            else:
                prompts[prompt_id] = self._prompt(prompt_id, line, value)
        return prompts

    def _prompt(self, prompt_id: str, line: int, node: Node) -> Prompt:
        fields = self._fields(prompt_id, line, node)
        args = self._args(prompt_id, fields.pop("args", None))
        text, sound, status = (self._scalar(fields.get(name)) for name in ("text", "sound", "status"))
        if bool(text) == bool(sound):
            self._problem(line, f'{prompt_id!r} needs a text, or a sound, and not both. Add `text: "…"`')
        if sound and not _SOUND.fullmatch(sound):
            self._problem(line, f"{sound!r} is no sound. Use beep or pause:450 (milliseconds)")
        if status not in STATUSES:
            self._problem(line, f"status {status!r} of {prompt_id!r} is not known. Use one of: {', '.join(STATUSES)}")
        self._check_slots(prompt_id, line, text, args)
        return Prompt(prompt_id, text, sound, MappingProxyType(args), self._scalar(fields.get("used_in")), status, line)

    def _fields(self, prompt_id: str, line: int, node: Node) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            self._problem(line, f'{prompt_id!r} is not a mapping. Write `{prompt_id}: {{text: "…"}}`')
            return {}
        fields: dict[str, Node] = {}
        for key, value in node.value:
            if key.value not in _FIELDS:
                self._problem(
                    key.start_mark.line + 1,
                    f"unknown key {key.value!r} in {prompt_id!r}. Use one of: {', '.join(_FIELDS)}",
                )
            elif key.value in fields:
                self._problem(key.start_mark.line + 1, f"{key.value!r} appears twice in {prompt_id!r}. Keep one")
            fields[str(key.value)] = value
        return fields

    def _args(self, prompt_id: str, node: Node | None) -> dict[str, str]:
        if node is None:
            return {}
        line = node.start_mark.line + 1
        if not isinstance(node, MappingNode):
            self._problem(line, f"args of {prompt_id!r} is not a mapping. Write `args: {{heure: time}}`")
            return {}
        args = {str(key.value): self._scalar(kind) for key, kind in node.value}
        for name, kind in args.items():
            if kind not in KINDS:
                known = ", ".join(sorted(KINDS))
                self._problem(line, f"argument {name!r} of {prompt_id!r} has the unknown type {kind!r}. Use one of: {known}")
        return args

    def _check_slots(self, prompt_id: str, line: int, text: str, args: Mapping[str, str]) -> None:
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError as error:
            self._problem(line, f"the braces of {prompt_id!r} do not close ({error}). Write {{name}}")
            return
        for name in sorted(used - set(args)):
            self._problem(line, f"{{{name}}} in {prompt_id!r} is not declared. Add `args: {{{name}: …}}`")
        for name in sorted(set(args) - used):
            self._problem(line, f"argument {name!r} of {prompt_id!r} is not in its text. Remove it or write {{{name}}}")

    def _scalar(self, node: Node | None) -> str:
        return str(node.value).strip() if isinstance(node, ScalarNode) else ""

    def _problem(self, line: int, sentence: str) -> None:
        self.problems.append((line, f"{self.path}:{line}: {sentence}."))


def _parts(text: str, args: Mapping[str, str]) -> Iterator[str | Slot]:
    for literal, name, _, _ in Formatter().parse(text):
        spoken = literal.lstrip(" .,;:").rstrip(" ,;:")
        if re.search(r"\w", spoken):
            open_ended = name is not None and spoken[-1] not in ".!?"
            yield f"{spoken}," if open_ended else spoken  # a comma keeps the voice up before what follows
        if name is not None:
            yield Slot(name, args[name])
