"""A pytest plugin: keeps the cases that SELECTION (../s3tests-selection.txt) leaves, in the processes of xdist too, and
keeps them apart from each other.

SELECTION  the file with the rules, which describes them
ALONE      a regular expression of cases that need the server for themselves: with ALONE_RUN=1 only these are kept,
           without it only the others
"""

import os
import re
import sys

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    rules = read_rules(os.environ["SELECTION"])
    alone, alone_run = os.environ["ALONE"], os.environ.get("ALONE_RUN") == "1"
    used = set()
    kept, left_out = [], []
    for item in items:
        take = bool(re.fullmatch(alone, item.originalname)) == alone_run
        # Every rule is tried on every case, so that all that match are known.
        if not selected(item, rules, used):
            take = False
        (kept if take else left_out).append(item)
    stale = [line for line, *_ in rules if line not in used]
    if stale:
        raise pytest.UsageError("these rules match no case: " + "; ".join(stale))
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Each case names its buckets differently: one that cannot be emptied again must not fail all cases after it."""
    suite = sys.modules["s3tests.functional"]
    if suite.prefix is not None:
        suite.prefix = suite.choose_bucket_prefix("wavetank-{random}-")


def selected(item, rules, used):
    outcome = {"marker": False, "name": False, "keep": False}
    for line, kind, pattern in rules:
        if kind == "marker":
            matches = item.get_closest_marker(pattern) is not None
        elif kind == "name":
            matches = re.search(pattern, item.originalname) is not None
        else:
            matches = re.fullmatch(pattern, item.originalname) is not None
        if matches:
            used.add(line)
            outcome[kind] = True
    return outcome["keep"] or not (outcome["marker"] or outcome["name"])


def read_rules(path):
    rules = []
    with open(path, encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            if not line or line.startswith("#"):
                continue
            rule, separator, _ = line.partition(" | ")
            kind, _, pattern = rule.partition(" ")
            if not separator or kind not in ("marker", "name", "keep"):
                raise pytest.UsageError(f"{path}: not a rule with a reason: {line}")
            rules.append((rule, kind, pattern))
    return rules
