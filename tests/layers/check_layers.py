#!/usr/bin/env python3
"""Checks that every include and a few dangerous calls stand where docs/architecture.md allows them.

usage: check_layers.py [TOP]

The rule is the table under "The floors" in docs/architecture.md; CMakeLists.txt must link exactly the same.
"""
import dataclasses
import pathlib
import re
import sys

SOURCES = (".cpp", ".hpp")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
CODE_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\ ]{0,16})\((?P<raw>.*?)\)(?P=tag)"|"(?P<text>(?:[^"\\\n]|\\.)*)"|'
    r"(?P<number>\b\d[\w']*)|'(?:[^'\\\n]|\\.)+'", re.S)

# Headers of the C and POSIX library; everything else with a dot or a slash is a third party's.
SYSTEM = {"unistd.h", "malloc.h", "fcntl.h", "poll.h", "signal.h", "termios.h", "dlfcn.h", "pwd.h", "grp.h", "time.h", "errno.h",
          "dirent.h", "sched.h", "pthread.h", "langinfo.h", "locale.h", "arpa/inet.h", "netinet/in.h"}
SOCKETS = {"ifaddrs.h", "netdb.h", "netinet/tcp.h", "sys/socket.h", "sys/un.h", "sys/epoll.h"}


@dataclasses.dataclass
class Rule:
    """What may stand only in some places, and why."""
    pattern: re.Pattern
    allowed: re.Pattern
    why: str
    in_text: bool = False  # look into string literals instead of code
    applies: re.Pattern = re.compile(r".*")  # the files that are looked at


RULES = [
    Rule(re.compile(r"\bsystem_clock\s*::|\bhigh_resolution_clock\b|(?<![\w.>])(?:std::)?time\s*\(\s*(?:nullptr|NULL|0|&)|"
                    r"\bclock_gettime\b|\bgettimeofday\b|\bX509_gmtime_adj\b|\bX509_cmp_current_time\b|\butc_clock\b"),
         re.compile(r"core/base/time\.cpp"), "the system clock is read in core/base/time.cpp only; take a base::Clock"),
    Rule(re.compile(r"\bsystem_clock\s*\(|\bopen_sqlite\s*\("),
         re.compile(r"core/base/time\.cpp|core/store/.*|include/yuxin/(base/time|store/database)\.hpp|cli/app/.*|cli/main\.cpp"),
         "clocks and databases are made in cli/app only"),
    Rule(re.compile(r"^\s*SELECT\s|\b(?:SELECT\s.*\bFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|"
                    r"CREATE\s+(?:TABLE|VIEW|TRIGGER|(?:UNIQUE\s+)?INDEX)|ALTER\s+TABLE|PRAGMA)\b", re.S),
         re.compile(r"core/store/.*|(?:[\w/]+/)?(?:\w+_)?repository\.cpp"), "SQL stands in core/store and in a module's repository.cpp or *_repository.cpp only", in_text=True),
    Rule(re.compile(r"\b(?:EVP_DigestSign\w*|EVP_PKEY_sign\w*|X509(?:_REQ|_CRL)?_sign(?:_ctx)?|ASN1_item_sign\w*|OCSP_basic_sign\w*)\s*\("),
         re.compile(r"core/x509/.*"), "signing calls stand in core/x509 only"),
    Rule(re.compile(r"\b(?:std::)?(?:secure_)?getenv\s*\("), re.compile(r"cli/.*|core/base/.*"),
         "the environment is read in cli and core/base only"),
    Rule(re.compile(r"\bstd::(?:cout|cerr|clog|cin)\b|(?<![\w:])(?:std::)?(?:printf|puts|putchar)\s*\(|\bfmt::print\s*\(\s*(?:\"|stdout|stderr)"),
         re.compile(r"cli/.*|core/base/.*"), "only cli and the log write to the terminal"),
    Rule(re.compile(r"(?<![\w:.>])(?:std::|::)?(?:system|popen|execl|execlp|execle|execv|execvp|execvpe|posix_spawn|fork)\s*\("),
         re.compile(r"(?!)"), "the program starts no other program"),
    Rule(re.compile(r"\bstd::(?:mt19937\w*|random_device|minstd_rand\w*|default_random_engine)\b|(?<![\w:.>])(?:std::)?s?rand\s*\("),
         re.compile(r"(?!)"), "randomness comes from base::random_bytes or a Signer"),
    Rule(re.compile(r"\bstore::(?:Store|Reader|Writer|Database|Session|open_\w+|migrate)\b"), re.compile(r"(?!)"),
         "ocsp sees of the store only what says a certificate's status", applies=re.compile(r"(?:include/yuxin/)?ocsp/.*")),
]


@dataclasses.dataclass
class Module:
    name: str
    folder: str
    uses: list
    contract: list          # third-party prefixes in public headers
    inside: list            # (prefix, folder below the module or "")


def ticks(cell):
    return re.findall(r"`([^`]+)`", cell)


def read_table(text):
    modules = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("| `") or len(cells) != 5:
            continue
        name, folder = ticks(cells[0])[0], ticks(cells[1])[0]
        inside = [(prefix, below) for prefix, below in re.findall(r"`([^`]+)`(?: in `([^`]+)`)?", cells[4])]
        modules[name] = Module(name, folder, ticks(cells[2]), ticks(cells[3]), inside)
    return modules


def read_cmake(text):
    links = {}
    for body in re.findall(r"^yuxin_module\(([^)]*)\)", text, re.M):
        words = body.split()
        uses = words[words.index("DEPENDS") + 1:] if "DEPENDS" in words else []
        links[words[0]] = (words[1], uses[:uses.index("USES")] if "USES" in uses else uses)
    return links


def compare(modules, links):
    for name in sorted(modules.keys() | links.keys()):
        if name not in links:
            yield f"docs/architecture.md: module {name} is not in CMakeLists.txt"
        elif name not in modules:
            yield f"CMakeLists.txt: module {name} is not in the table of docs/architecture.md"
        elif (modules[name].folder, modules[name].uses) != links[name]:
            yield f"CMakeLists.txt: module {name} links {links[name]}, but docs/architecture.md says {(modules[name].folder, modules[name].uses)}"
    above = set()
    for name, module in reversed(list(modules.items())):
        above.add(name)
        for used in module.uses:
            if used in above or used not in modules:
                yield f"docs/architecture.md: {name} uses {used}, which does not stand below it"


def split(text):
    """Gives the code without comments and literals, and the literals as (offset, text)."""
    literals = []

    def blank(match):
        if match.group("number"):
            return match.group(0)
        content = match.group("raw") if match.group("raw") is not None else match.group("text")
        if content is not None:
            literals.append((match.start(), content))
        return re.sub(r"[^\n]", " ", match.group(0))

    return CODE_OR_TEXT.sub(blank, text), literals


def is_third_party(header):
    if header in SYSTEM or header.startswith(("sys/", "linux/")):
        return False
    return "/" in header or "." in header


class Checker:
    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.modules = read_table((self.top / "docs/architecture.md").read_text())
        self.links = read_cmake((self.top / "CMakeLists.txt").read_text())

    def run(self):
        if not self.modules:
            yield "docs/architecture.md: no table of modules"
        yield from compare(self.modules, self.links)
        for module in self.modules.values():
            for path in self.files(module.folder):
                yield from self.check(path, module, public=False)
            for path in self.files(f"include/yuxin/{module.name}"):
                yield from self.check(path, module, public=True)
            for path in self.files(f"tests/unit/{module.name}"):
                yield from self.check_unit_test(path, module)
        known = set(self.modules)
        for folder in sorted((self.top / "include/yuxin").glob("*")):
            if folder.name not in known:
                yield f"include/yuxin/{folder.name}: no such module in docs/architecture.md"

    def files(self, folder):
        below = self.top / folder
        return sorted(path for path in below.rglob("*") if path.suffix in SOURCES) if below.is_dir() else []

    def place(self, path, text, offset):
        return f"{path.relative_to(self.top)}:{text.count(chr(10), 0, offset) + 1}"

    def reachable(self, module):
        return [module.name, *module.uses]

    def check(self, path, module, public):
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            problem = self.judge_include(match.group(1), match.group(2), path, module, public)
            if problem:
                yield f"{self.place(path, text, match.start(2))}: {problem}"
        yield from self.check_rules(path, text)

    def check_rules(self, path, text):
        name = str(path.relative_to(self.top))
        code, literals = split(text)
        for rule in RULES:
            if rule.allowed.fullmatch(name) or not rule.applies.fullmatch(name):
                continue
            if rule.in_text:
                hits = [offset for offset, literal in literals if rule.pattern.search(literal)]
            else:
                hits = [match.start() for match in rule.pattern.finditer(code)]
            for offset in hits:
                yield f"{self.place(path, text, offset)}: {rule.why}"

    def check_unit_test(self, path, module):
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            if match.group(2).startswith("yuxin/"):
                used = match.group(2).split("/")[1]
                if used not in self.reachable(module):
                    yield f"{self.place(path, text, match.start(2))}: a unit test of {module.name} includes {used}, which {module.name} may not use"

    def judge_include(self, mark, header, path, module, public):
        if header.startswith("yuxin/"):
            return self.judge_own(mark, header, module)
        if mark == '"':
            return self.judge_private(header, path, module, public)
        if header in SOCKETS:
            return None if module.name == "http" else "sockets belong to core/http"
        if is_third_party(header):
            return self.judge_third_party(header, path, module, public)
        return None

    def judge_own(self, mark, header, module):
        if mark == "<":
            return f"own headers are included with quotes: {header}"
        used = header.split("/")[1]
        if used not in self.modules:
            return f"no such module: {used}"
        if used not in self.reachable(module):
            return f"{module.name} may not use {used} (docs/architecture.md)"
        return None

    def judge_private(self, header, path, module, public):
        if public:
            return f"a public header includes only public headers, not {header}"
        home = (self.top / module.folder).resolve()
        for folder in (path.parent, home):
            found = (folder / header).resolve()
            if found.is_file():
                return None if home in found.parents else f"a private header of another module: {header}"
        return f"no private header {header} in {module.folder}"

    def judge_third_party(self, header, path, module, public):
        for used in self.reachable(module):
            if any(header.startswith(prefix) for prefix in self.modules[used].contract):
                return None
        if public:
            return f"<{header}> may not be in a public header of {module.name}"
        inside = path.relative_to(self.top / module.folder)
        for prefix, below in module.inside:
            if header.startswith(prefix):
                if str(inside).startswith(below):
                    return None
                return f"<{header}> may only be included in {module.folder}/{below}"
        return f"<{header}> is not in the third-party column of {module.name} (docs/architecture.md)"


def main():
    top = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    problems = list(Checker(top).run())
    for problem in problems:
        print(problem)
    print(f"layers: {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
