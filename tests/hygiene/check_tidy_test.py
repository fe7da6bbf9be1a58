#!/usr/bin/env python3
"""Judging sources together finds what judging each alone finds, and tells whose it is."""
import json
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_tidy  # noqa: E402
import tidy_groups  # noqa: E402

CONFIGURATION = "Checks: '-*,modernize-use-nullptr,bugprone-use-after-move'\nWarningsAsErrors: '*'\n"
SOURCE = """#include "shared.hpp"

namespace {{

constexpr int kLimit = {n};
using Number = long;

struct Pair {{
  int first;
}};

int check(int value) {{
  Pair pair{{value}};
  if (pair.first > kLimit) return kLimit;
  return pair.first;
}}

}}  // namespace

int rule_{n}(int value) {{ return check(value) + static_cast<int>(Number{{1}}); }}
"""
BAD = "\nint* nothing_{n}() {{ return 0; }}\n"


def lay_out(folder, bad):
    (folder / ".clang-tidy").write_text(CONFIGURATION)
    (folder / "shared.hpp").write_text("#pragma once\n")
    entries = []
    for n in range(6):
        source = folder / f"rule_{n}.cpp"
        source.write_text(SOURCE.format(n=n) + (BAD.format(n=n) if n in bad else ""))
        command = f"/usr/bin/c++ -std=c++20 -I{folder} -o rule_{n}.o -c {source}"
        entries.append({"directory": str(folder), "file": str(source), "command": command})
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    return [(pathlib.Path(e["file"]), check_tidy.flags_of(e), None) for e in entries]


def main():
    if not shutil.which(check_tidy.TOOL) or not shutil.which(check_tidy.COMPILER):
        print(f"SKIPPED: {check_tidy.TOOL} or {check_tidy.COMPILER} is not installed")
        return 77
    for bad in (set(), {4}, {0, 5}):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            jobs = lay_out(folder, bad)
            assert jobs[0][1] == ("-std=c++20", f"-I{folder}"), jobs[0][1]
            (group,) = tidy_groups.groups(jobs)
            assert check_tidy.clean_together(group, folder) == (not bad, [])
            found = {n for n in range(6) for source, _, clean, _ in check_tidy.judge(group, folder, folder)
                     if not clean and source.name == f"rule_{n}.cpp"}
            assert found == bad, (found, bad)
        # rule_1 calls a member by a name that all of them have for themselves: it is judged apart, and not forgotten.
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            jobs = lay_out(folder, bad)
            (folder / "shared.hpp").write_text("#pragma once\nstruct Rule {\n  int check = 0;\n};\n")
            source = folder / "rule_1.cpp"
            source.write_text(source.read_text() + "\nint first(Rule rule) { return rule.check; }\n")
            (group,) = tidy_groups.groups(jobs)
            clean, left = check_tidy.clean_together(group, folder)
            assert clean == (not bad) and [job[0].name for job in left] == ["rule_1.cpp"], left
            judged = check_tidy.judge(group, folder, folder)
            assert {source.name for source, *_ in judged} == {f"rule_{n}.cpp" for n in range(6)}, judged
            assert {n for n in range(6) for source, _, clean, _ in judged if not clean and source.name == f"rule_{n}.cpp"} == bad
    assert tidy_groups.own_names(SOURCE.format(n=1)) == {"kLimit", "Number", "Pair", "check"}
    print("judged together as alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
