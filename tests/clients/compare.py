#!/usr/bin/env python3
"""Compares the results of a suite with the list of cases that are expected to fail.

Usage: compare.py [--cases FILE] NAME KNOWN RESULTS...

RESULTS are files of `file<TAB>case<TAB>passed|failed|skipped<TAB>message` lines, or JUnit XML.
KNOWN has one `case | reason` line per case that may fail; `#` begins a comment; `-` stands for an empty list.
Lines below a comment `# bug` are counted apart: such a list must become empty.
FILE is written with all results as lines of the first form.
Fails (exit code 1) when a case fails that is not listed, when a listed case does not exist, or when no case ran.
A listed case that passes is only reported, so that the list can be shortened.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter, defaultdict


def main(*arguments):
    written = None
    if arguments[0] == "--cases":
        written, *arguments = arguments[1:]
    name, known_path, *paths = arguments
    known, bugs = read_known(known_path)
    cases = [case for path in paths for case in read_results(path)]
    if written:
        write_table(written, cases)
    print_counts(name, cases)
    failed = {case: message for _, case, state, message in cases if state == "failed"}
    ran = {case for _, case, state, _ in cases if state != "skipped"}
    skipped = {case for _, case, _, _ in cases} - ran
    unlisted = {case: message for case, message in failed.items() if case not in known}
    passing = [case for case in known if case in ran and case not in failed]
    absent = [case for case in known if case not in {case for _, case, _, _ in cases}]
    listed = len(failed) - len(unlisted)

    for case, message in unlisted.items():
        print(f"  FAILED   {case}\n           {message}")
    for case in absent:
        print(f"  NO SUCH  {case}: listed in {known_path}, not in the suite")
    for case in passing:
        print(f"  passes   {case}: listed as failing ({known[case]})")
    known_bugs = len(bugs & failed.keys())
    print(
        f"{name}: {len(ran) - len(failed)} passed, {len(failed)} failed, {len(skipped)} skipped; of the failures "
        f"{listed} are listed{f' ({known_bugs} as bugs)' if known_bugs else ''}, {len(unlisted)} are not"
    )
    return 1 if unlisted or absent or not ran else 0


def print_counts(name, cases):
    files = defaultdict(Counter)
    for file, _, state, _ in cases:
        files[file][state] += 1
    width = max((len(file) for file in files), default=0)
    print(f"{name}, by file")
    for file, counts in sorted(files.items()):
        skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
        print(f"  {file:<{width}}  {counts['passed']:>3} passed {counts['failed']:>3} failed{skipped}")


def read_known(path):
    known, bugs = {}, set()
    if path == "-":
        return known, bugs
    with open(path, encoding="utf-8") as lines:
        heading = ""
        for line in map(str.strip, lines):
            if line.startswith("#"):
                heading = line.lstrip("# ")
            elif line:
                case, separator, reason = line.partition(" | ")
                if not separator:
                    sys.exit(f"{path}: no reason: {line}")
                known[case.strip()] = reason.strip()
                if heading == "bug":
                    bugs.add(case.strip())
    return known, bugs


def read_results(path):
    return junit(path) if path.endswith(".xml") else table(path)


def table(path):
    with open(path, encoding="utf-8") as lines:
        cases = [line.rstrip("\n").split("\t", 3) for line in lines]
    return list(numbered(cases))


def write_table(path, cases):
    with open(path, "w", encoding="utf-8") as lines:
        for case in sorted(cases):
            print(*case, sep="\t", file=lines)


def numbered(cases):
    """Cases of one name are told apart: the second is `name (2)`."""
    seen = Counter()
    for file, case, state, message in cases:
        seen[case] += 1
        yield file, case if seen[case] == 1 else f"{case} ({seen[case]})", state, message


def junit(path):
    cases = {}
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        file = case.get("classname", "").rsplit(".", 1)[-1]
        name = f"{file}::{case.get('name')}"
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        state = "failed" if problem is not None else "skipped" if case.find("skipped") is not None else "passed"
        message = "" if problem is None else " ".join(problem.get("message", "").split())[:300]
        # A case that fails, and cannot be cleaned up after, is there twice.
        if name not in cases or cases[name][2] != "failed":
            cases[name] = (file, name, state, message)
    return list(cases.values())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
