#!/usr/bin/env python3
"""Checks what no compiler looks at: words, sizes and forms that do not belong in the repository.

usage: check_hygiene.py [TOP]
"""
import pathlib
import re
import subprocess
import sys

MAX_LINES = 600
MAX_OCTETS = 1 << 20
CODE = {".cpp", ".hpp", ".py", ".sh", ".cmake"}
TEXT = CODE | {".md", ".toml", ".txt", ".json", ".po", ".sql", ".tidy", ""}
DATA = ("tests/data/", "fuzz/corpus/", "bench/data/")
HERE = "tests/hygiene/"

UNFINISHED = re.compile(r"\bTODO\b(?!\(#)|\b(?:FIXME|XXX|HACK)\b|\b(?:for now|placeholder|not implemented|stub)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(?:root|home/\w+|Users/\w+|work)/")
REGISTRY = re.compile(r"https?://[a-z0-9.-]*(?:debian|npmjs|pypi|crates|golang|maven)[a-z0-9.-]*(?:/|\b)")
WORKPLACE = re.compile(r"bash_jobs|\bfarm-[a-z]+|\bsub-?agents?\b")
BOOL_PARAMETER = re.compile(r"\(\s*(?:[^()]*,\s*)?(?:const\s+)?bool\s+\w+\s*(?:=\s*\w+\s*)?[,)]")
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}")
COMMENT = re.compile(r"//[^\n]*")
USING = re.compile(r"^using (?:\w+::)+(\w+);$", re.M)
FIRST_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def listed(top):
    done = subprocess.run(["git", "-C", str(top), "ls-files", "-z", "-c", "-o", "--exclude-standard"], capture_output=True, check=False)
    if done.returncode == 0 and done.stdout:
        names = done.stdout.decode().split("\0")
    else:
        names = [str(path.relative_to(top)) for path in top.rglob("*") if "build" not in path.relative_to(top).parts[:1]]
    return sorted({name for name in names if name and (top / name).is_file() and not (top / name).is_symlink()})


def lines_with(text, pattern):
    for match in pattern.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match.group(0).strip()


def words_of(name, text, checkout):
    patterns = [(MACHINE_PATH, "a path of one machine"), (REGISTRY, "the address of a package registry"),
                (WORKPLACE, "a word of somebody's workplace")]
    patterns.append((re.compile(r"(?<![\w./-])" + re.escape(checkout) + "/"), "a path of this machine"))
    if not name.endswith(".txt") or name.endswith("CMakeLists.txt"):
        patterns.append((UNFINISHED, "unfinished work; finish it, or write TODO(#issue)"))
    for pattern, why in patterns:
        for line, found in lines_with(text, pattern):
            yield f"{name}:{line}: {found}: {why}"


def form_of(name, text):
    if "\r" in text:
        yield f"{name}: carriage returns"
    if text and not text.endswith("\n"):
        yield f"{name}: no line end at the end"
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield f"{name}:{number}: a tab"
        if line != line.rstrip():
            yield f"{name}:{number}: blanks at the end"


def own_header(top, name):
    """The header that a source implements: beside it, or the public one of its module."""
    path = pathlib.PurePath(name)
    if (top / path.with_suffix(".hpp")).is_file():
        return {path.with_suffix(".hpp").name}
    parts = path.parts[1:] if path.parts[0] == "core" else path.parts
    if len(parts) < 2:
        return set()
    public = pathlib.PurePath("yuxin", *parts).with_suffix(".hpp")
    return {str(public)} if (top / "include" / public).is_file() else set()


def code_of(top, name, text):
    if text.count("\n") > MAX_LINES:
        yield f"{name}: {text.count(chr(10))} lines; past {MAX_LINES} a file has two subjects"
    if name.endswith(".hpp"):
        if "#pragma once" not in text:
            yield f"{name}: no #pragma once"
        if name.startswith("include/"):
            for line, found in lines_with(COMMENT.sub("", text), BOOL_PARAMETER):
                yield f"{name}:{line}: {found}: a bool parameter in a public function; make it an enum class"
    if name.endswith(".cpp") and not name.startswith(("tests/", "fuzz/", "bench/")):
        first, own = FIRST_INCLUDE.search(text), own_header(top, name)
        bare = COMMENT.sub("", text)
        for match in USING.finditer(bare):
            if len(re.findall(rf"\b{match.group(1)}\b", bare)) == len(re.findall(rf"::{match.group(1)};", bare)):
                yield f"{name}: {match.group(0)} is used nowhere"
        if own and (first is None or first.group(1) not in own and pathlib.PurePath(first.group(1)).name not in own):
            yield f"{name}: its own header, {own.pop()}, comes first, so that the header stands alone"


def check(top):
    top = pathlib.Path(top).resolve()
    for name in listed(top):
        path = top / name
        if name.startswith(DATA):
            continue
        raw = path.read_bytes()
        if len(raw) > MAX_OCTETS:
            yield f"{name}: {len(raw)} octets; large files are made by a command, or live elsewhere"
        if path.suffix not in TEXT or b"\0" in raw or name == "LICENSE":
            continue
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            yield f"{name}: not UTF-8"
            continue
        yield from form_of(name, text)
        if not name.startswith(HERE):
            yield from words_of(name, text, str(top))
            for line, _ in lines_with(text, PRIVATE_KEY):
                yield f"{name}:{line}: a private key; tests make their own, examples live in tests/data"
        if path.suffix in CODE:
            yield from code_of(top, name, text)
        if raw.startswith(b"#!") and path.suffix == "" and not path.stat().st_mode & 0o100:
            yield f"{name}: a script that is not executable"


def main():
    top = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    problems = list(check(top))
    for problem in problems:
        print(problem)
    print(f"hygiene: {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
