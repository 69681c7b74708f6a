"""Stories in chapters: each is a function, and a broken one does not hide the next.

ONLY  runs the chapters whose names contain this text
"""

import os
import traceback

CHAPTERS = []


def chapter(function):
    """Adds to the story. What it returns is the reason why there was nothing to tell."""
    CHAPTERS.append(function)
    return function


def equal(got, expected, what=""):
    assert got == expected, f"{what}: got {repr(got)[:500]}, expected {repr(expected)[:500]}"


def tell(name, versions):
    """Runs the chapters in order; the exit code."""
    print(f"{versions}, {os.environ['AWS_ENDPOINT_URL']}", flush=True)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for told in [told for told in CHAPTERS if os.environ.get("ONLY", "") in told.__name__]:
        try:
            reason = told()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001: one broken chapter must not hide the next, and panics of Rust are no Exception
            counts["failed"] += 1
            print(f"  FAILED   {told.__name__}\n{traceback.format_exc(limit=-3)}", flush=True)
            continue
        counts["skipped" if reason else "passed"] += 1
        print(f"  skipped  {told.__name__}: {reason}" if reason else f"  ok       {told.__name__}", flush=True)
    print(f"{name}: {', '.join(f'{count} {state}' for state, count in counts.items())}")
    return 1 if counts["failed"] or not counts["passed"] else 0
