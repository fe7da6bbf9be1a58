"""Puts several sources into one, so that clang-tidy walks the headers that they share once.

clang-tidy 19 runs every check over every declaration of every header, which is most of what a small source costs. Sources of one
folder are therefore judged together first: their headers once, then one after the other. What two of them both define for themselves
(in a namespace without a name) is given another name for the length of its file. A group in which anything at all is found counts for
nothing: it is halved, and in the end each of its sources is judged alone. A source in which the compiler stumbles, because a name of
its own is somebody else's member after all, leaves the group before.
"""
import bisect
import collections
import os
import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"])', re.M)
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.S | re.M)
USED = re.compile(r"using\s+(?!\w+\s*=)")
DEFINED = (
    re.compile(r"(?:class|struct|enum class|enum|union)\s+(\w+)"),
    re.compile(r"using\s+(\w+)\s*="),
    re.compile(r"#define\s+(\w+)"),
    re.compile(r"[\w:<>,&*\[\] ]*?[ &*>](\w+)\s*(?:\(|\{|=|\[|;)"),
)
# What a program defines for others and of which it has one.
ENTRIES = re.compile(r"^(?:extern \"C\" )?int (main|LLVMFuzzerTestOneInput)\(", re.M)
LARGEST = 24


def own_names(text):
    """What a source defines for itself, at the left margin of its unnamed namespaces, and its entry."""
    names = set(ENTRIES.findall(text))
    for body in UNNAMED.findall(text):
        for line in body.split("\n"):
            if not line or line[0] in " /}" or USED.match(line):
                continue
            for pattern in DEFINED:
                match = pattern.match(line)
                if match:
                    names.add(match.group(1))
                    break
    return names


def together(sources):
    """One source that holds them all, copied and not included, because checks look away from what is included; and the number of the
    line before each."""
    texts = [source.read_text() for source in sources]
    headers = []
    for source, text in zip(sources, texts):
        for name in INCLUDE.findall(text):
            beside = source.parent / name[1:-1]
            header = f'"{beside}"' if name[0] == '"' and beside.is_file() else name
            if header not in headers:
                headers.append(header)
    names = [own_names(text) for text in texts]
    count = collections.Counter(name for own in names for name in own)
    lines, before = [f"#include {header}" for header in headers], []
    for number, own in enumerate(names):
        before.append(len(lines))
        shared = sorted(name for name in own if count[name] > 1)
        lines += [f"#define {name} {name}_{number}" for name in shared]
        lines += INCLUDE.sub("", texts[number]).split("\n")
        lines += [f"#undef {name}" for name in shared]
    return "\n".join(lines) + "\n", before


def stumbling(before, error_lines):
    """The numbers of the sources that hold those lines."""
    return {bisect.bisect_left(before, line) - 1 for line in error_lines} - {-1}


def groups(waiting):
    """Splits a list of (source, flags, ...) into groups of one folder and one set of flags, at most LARGEST each."""
    folders = collections.defaultdict(list)
    for job in waiting:
        folders[job[0].parent, job[1]].append(job)
    result = []
    for _, jobs in sorted(folders.items(), key=lambda item: str(item[0])):
        jobs.sort(key=lambda job: os.fspath(job[0]))
        parts = -(-len(jobs) // LARGEST)
        result += [jobs[i::parts] for i in range(parts)]
    return sorted(result, key=len, reverse=True)
