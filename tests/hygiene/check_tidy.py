#!/usr/bin/env python3
"""Runs the pinned clang-tidy over every source of a build; any finding fails.

usage: check_tidy.py [--build DIR] [--jobs N] [FILE...]

A source that was found clean is remembered by a digest of everything that its result depends on (the file, the headers of
this repository that it includes directly or indirectly, its compile flags, the configuration, the versions of the tool and of
the installed libraries), so a second run costs a second. The memory is $YUXIN_CACHE/tidy, else ~/.cache/yuxin/tidy.
Sources that wait are judged in groups first (tidy_groups.py); what is wrong is always found, and told, by judging one alone.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time

import tidy_groups

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("CLANG_TIDY", "clang-tidy-19")
COMPILER = os.environ.get("CLANG", "clang++-19")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
# Spoken by g++ only, or differently by clang; and what clang finds deprecated inside the standard library of g++ 12.
EXTRA = ["-Wno-unknown-warning-option", "-Wno-deprecated-declarations", "-Wno-ignored-optimization-argument", "-Wno-unused-command-line-argument"]
FORGET_AFTER_DAYS = 60


def cache_folder() -> pathlib.Path:
    base = os.environ.get("YUXIN_CACHE")
    if not base:
        base = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "yuxin")
    folder = pathlib.Path(base) / "tidy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tool_versions() -> str:
    tool = subprocess.run([TOOL, "--version"], capture_output=True, text=True, check=True).stdout
    listed = subprocess.run([TOP / "packaging/install-dependencies", "--list"], capture_output=True, text=True, check=True)
    packages = [name for name in listed.stdout.split() if name.endswith("-dev") or name == "g++"]
    installed = subprocess.run(["dpkg-query", "-W", *packages], capture_output=True, text=True, check=False).stdout
    return tool + installed


class Includes:
    """Finds the headers of this repository behind a file, as the digest of their contents."""

    def __init__(self):
        self.digests = {}
        self.direct = {}

    def digest(self, path):
        if path not in self.digests:
            text = path.read_bytes()
            self.digests[path] = hashlib.sha256(text).hexdigest()
            self.direct[path] = INCLUDE.findall(text.decode(errors="replace"))
        return self.digests[path]

    def behind(self, source, folders):
        seen, waiting = {source}, [source]
        while waiting:
            path = waiting.pop()
            self.digest(path)
            for name in self.direct[path]:
                for folder in [path.parent, *folders]:
                    found = folder / name
                    if found.is_file():
                        found = found.resolve()
                        if found not in seen:
                            seen.add(found)
                            waiting.append(found)
                        break
        return seen


def compile_arguments(entry):
    words = entry.get("arguments") or shlex.split(entry["command"])
    return [word for word in words if word not in (entry["file"],)]


def include_folders(words, directory):
    folders = []
    for i, word in enumerate(words):
        if word in ("-I", "-isystem", "-iquote"):
            folders.append(words[i + 1])
        elif word.startswith("-I"):
            folders.append(word[2:])
    return [pathlib.Path(directory, folder) for folder in folders]


def configuration_of(source):
    texts = []
    for folder in source.parents:
        file = folder / ".clang-tidy"
        if file.is_file():
            texts.append(file.read_text())
        if folder == TOP:
            break
    return "\n".join(texts)


def nearest_configuration(source):
    for folder in source.parents:
        if (folder / ".clang-tidy").is_file():
            return (folder / ".clang-tidy").read_text()
    return ""


def digest_of(entry, build, includes, versions):
    source = pathlib.Path(entry["directory"], entry["file"]).resolve()
    words = compile_arguments(entry)
    flags = " ".join(word for word in words if not word.endswith(".o"))
    flags = flags.replace(str(build), "BUILD").replace(str(TOP), "TOP")
    parts = [versions, flags, " ".join(EXTRA), configuration_of(source), str(source.relative_to(TOP))]
    parts += sorted(includes.digest(path) for path in includes.behind(source, include_folders(words, entry["directory"])))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def tidy(source, build):
    command = [TOOL, "--quiet", "-p", str(build), *(f"--extra-arg={word}" for word in EXTRA), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    text = done.stdout.replace(str(TOP) + "/", "")
    if done.returncode != 0 and not text.strip():
        text = done.stderr
    return done.returncode == 0 and not text.strip(), text


def flags_of(entry):
    """The flags that a group of sources shares: without the names of this one."""
    words = compile_arguments(entry)[1:]
    if words and not words[0].startswith("-"):
        words = words[1:]  # the compiler, behind ccache
    flags, skip = [], False
    for word in words:
        if skip or word in ("-c", "-MD"):
            skip = False
        elif word in ("-o", "-MT", "-MF"):
            skip = True
        else:
            flags.append(word)
    return tuple(flags)


def where_it_stumbles(file, flags, directory):
    """Nothing for a file that the compiler takes, else the lines of its errors (none where they lie in headers)."""
    command = [COMPILER, "-fsyntax-only", "-w", "-ferror-limit=0", *flags, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)
    if done.returncode == 0:
        return None
    return [int(line) for line in re.findall(rf"^{re.escape(str(file))}:(\d+):\d+: (?:fatal )?error", done.stderr, re.M)]


def clean_together(jobs, directory):
    """Whether nothing at all is found in a group, and the jobs that had to leave it. The file lies in the folder of its sources, whose
    .clang-tidy counts."""
    flags, left = jobs[0][1], []
    with tempfile.TemporaryDirectory(dir=directory, prefix="tidy-") as folder:
        file = pathlib.Path(folder, "together.cpp")
        # as clang-tidy finds it for the first of them
        pathlib.Path(folder, ".clang-tidy").write_text(nearest_configuration(jobs[0][0]))
        while True:
            text, before = tidy_groups.together([job[0] for job in jobs])
            file.write_text(text)
            lines = where_it_stumbles(file, flags, directory)
            if lines is None:
                break
            leaving = tidy_groups.stumbling(before, lines)
            if not leaving or len(jobs) - len(leaving) < 2:
                return False, left
            left += [job for number, job in enumerate(jobs) if number in leaving]
            jobs = [job for number, job in enumerate(jobs) if number not in leaving]
        command = [TOOL, "--quiet", str(file), "--", *EXTRA, *flags]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)
        return done.returncode == 0 and not done.stdout.strip(), left


def judge(jobs, build, directory):
    """Gives (source, clean, text) for each of a group."""
    if len(jobs) > 3:
        clean, left = clean_together(jobs, directory)
        if clean:
            return [(*job[::2], True, "") for job in jobs if job not in left] + (judge(left, build, directory) if left else [])
        half = len(jobs) // 2
        return judge(jobs[:half], build, directory) + judge(jobs[half:], build, directory)
    return [(job[0], job[2], *tidy(job[0], build)) for job in jobs]


def forget_old(cache):
    limit = time.time() - FORGET_AFTER_DAYS * 86400
    for file in cache.iterdir():
        if file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)


def entries_of(build, wanted):
    entries, seen = [], set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if build in source.parents or TOP not in source.parents or source in seen:
            continue
        if wanted and source not in wanted:
            continue
        seen.add(source)
        entries.append(entry)
    return entries


def main():
    parser = argparse.ArgumentParser(description="clang-tidy over every source, remembered by content")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path(os.environ.get("YUXIN_BUILD_DIR", TOP / "build/release")))
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    build = options.build.resolve()
    if not (build / "compile_commands.json").is_file():
        sys.exit(f"no {build}/compile_commands.json: configure first (cmake --preset release)")

    cache, includes, versions = cache_folder(), Includes(), tool_versions()
    forget_old(cache)
    entries = entries_of(build, {file.resolve() for file in options.files})
    waiting = []
    for entry in entries:
        mark = cache / digest_of(entry, build, includes, versions)
        if mark.exists():
            os.utime(mark)
        else:
            waiting.append((pathlib.Path(entry["directory"], entry["file"]).resolve(), flags_of(entry), mark))

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        work = [pool.submit(judge, jobs, build, build) for jobs in tidy_groups.groups(waiting)]
        for done in concurrent.futures.as_completed(work):
            for source, mark, clean, text in done.result():
                if clean:
                    mark.touch()
                else:
                    bad += 1
                    print(f"{source.relative_to(TOP)}:\n{text}", flush=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"clang-tidy: {len(entries)} sources, {len(waiting)} looked at, {bad} with findings, "
          f"{spent.ru_utime + spent.ru_stime:.0f} s of processor time")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
