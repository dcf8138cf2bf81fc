"""python -m benchmarks [--quick] [name ...]: run them one after another; figures go to benchmarks/results.json."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time

from benchmarks.table import README, inserted

NAMES = (
    "cpu_per_call_vs_dialplan", "dtmf_to_prompt_vs_dialplan", "journal_on_vs_off", "calls_held", "goodput_10x_overload",
    "recovery_gap", "match_to_invite_vs_app_queue", "agents_on_one_node", "wait_error",
    "assignments_per_s_20000_agents", "simulated_calls_per_s", "vs_plain_insert", "store_1m", "directory_import",
    "crash_points_lost",
)
WITHOUT_CALLERS = {
    "wait_error", "assignments_per_s_20000_agents", "simulated_calls_per_s", "vs_plain_insert", "store_1m",
    "directory_import", "crash_points_lost",
}
"""These play the core or the store alone: no Asterisk, no SIPp."""
QUIET = 1.0
PATIENCE = 120.0


def wait_until_quiet() -> None:
    """Other work on the same cores would be in the figures: wait for it a while."""
    end = time.monotonic() + PATIENCE
    while os.getloadavg()[0] > QUIET and time.monotonic() < end:
        time.sleep(2)
    print(f"load average {os.getloadavg()[0]:.2f}", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks")
    options.add_argument("--quick", action="store_true", help="smaller runs: minutes in all, coarser figures")
    options.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(NAMES)}")
    given = options.parse_args()
    if unknown := set(given.names) - set(NAMES):
        options.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    if shutil.which("sipp") is None and not set(given.names or NAMES) <= WITHOUT_CALLERS:
        options.error("SIPp is needed for callers: install it (Debian: sip-tester).")
    failed = []
    for name in given.names or NAMES:
        wait_until_quiet()
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] if given.quick else [])]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    README.write_text(inserted(README.read_text("utf-8")), "utf-8")
    if failed:
        print(f"did not run to the end: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
