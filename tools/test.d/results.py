#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts meson's own results: names what failed and what was skipped and why; the last line is the count."""

import argparse
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP", "IGNORED"}
# Suites whose tests need data that are not part of this tree, and are right to skip without them.
MAY_SKIP = {"shared"}


def last_line(result):
    text = (result.get("stderr") or "") + "\n" + (result.get("stdout") or "")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def suites(name):
    """"vpcjail:unit+slow / base" gives {"unit", "slow"}."""
    project, slash, _ = name.partition(" / ")
    return set(project.partition(":")[2].split("+")) if slash else set()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require-live", default="", help="not empty and not 0: a skipped test is a failed one")
    parser.add_argument("logs", nargs="+", help="testlog.json files of meson")
    arguments = parser.parse_args()
    strict = arguments.require_live not in ("", "0")

    passed, failed, skipped = [], [], []
    for path in arguments.logs:
        try:
            with open(path, encoding="utf-8", errors="replace") as log:
                results = [json.loads(line) for line in log]
        except OSError as error:
            failed.append(f"no results: {error}")
            continue
        if not results:
            failed.append(f"no test ran: {path}")
        for result in results:
            name, outcome = result["name"], result["result"]
            if outcome in PASSED:
                passed.append(name)
            elif outcome not in SKIPPED:
                failed.append(f"{name}: {outcome}")
            elif strict and not suites(name) & MAY_SKIP:
                failed.append(f"{name}: skipped, which REQUIRE_LIVE=1 forbids: {last_line(result)}")
            else:
                skipped.append(f"{name}: {last_line(result)}")

    for title, rows in (("skipped", skipped), ("FAILED", failed)):
        for row in rows:
            print(f"{title}  {row}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
