"""``python -m tests.explorer``: explore small worlds, replay what was found, print the tables of docs/proof.md."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutants import MUTANTS, removed
from unruly.walking import found_after

from explorer.mutants import WHERE, found
from explorer.search import Search, Violation, story
from explorer.worlds import SETTINGS


def main() -> int:
    wanted = argparse.ArgumentParser(prog="python -m tests.explorer", description=__doc__)
    wanted.add_argument("--world", choices=sorted(SETTINGS), action="append", help="all of them when none is named")
    wanted.add_argument("--depth", type=int, default=60, help="moves at the most (%(default)s)")
    wanted.add_argument("--states", type=int, default=100_000, help="states at the most, 0: no limit (%(default)s)")
    wanted.add_argument("--replay", metavar="TOKEN", help="tell the story of a violation")
    wanted.add_argument("--mutants", action="store_true", help="remove every rule in turn, and print what finds it")
    asked = wanted.parse_args()
    if asked.replay:
        print(story(asked.replay))
        return 0
    return _mutants() if asked.mutants else _explore(asked.world or list(SETTINGS), asked.depth, asked.states)


def _explore(names: list[str], depth: int, states: int) -> int:
    for name in names:
        try:
            print(f"{name}: {Search(name, depth, states).run()}", flush=True)
        except Violation as violation:
            print(f"{name}: after {violation.steps} moves: {violation}")
            return 1
    return 0


def _mutants() -> int:
    places = {name: world for world, names in WHERE.items() for name in names}
    missed = 0
    print("| rule removed | events walked | moves explored | what is seen |\n|---|---:|---:|---|")
    for name in MUTANTS:
        with removed(name):
            walked = found_after(1_000_000)
        explored = found(places[name], name) if name in places else None
        moves = f"{explored.steps} in '{places[name]}'" if explored is not None else ""
        seen = (explored.what if explored is not None else walked[1] if walked is not None else "nothing").split(":")[0]
        print(f"| {name.replace('_', ' ')} | {walked[0] if walked else 'not found'} | {moves} | {seen[:70]} |", flush=True)
        missed += walked is None
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
