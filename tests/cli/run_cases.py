#!/usr/bin/env python3
"""Runs text files of commands with their expected output and exit code. The format: tests/cli/README.md.

usage: run_cases.py FILE...        with YUXIN naming the built program
"""
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
ANYTHING = "…"
SECONDS_FOR_A_COMMAND = 60


@dataclasses.dataclass
class Case:
    line: int
    command: str
    strict: bool                       # indented blocks; fenced ones are documentation
    out: list = dataclasses.field(default_factory=list)
    err: list = dataclasses.field(default_factory=list)
    exit_code: int = 0


def code_lines(text):
    """Gives (number, line, strict) of every line of a block, and None where a block ends."""
    fence = None
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"\s*```\s*(.*)$", line)
        if mark and fence is None:
            fence = mark.group(1).split() or ["text"]
            yield None
        elif mark:
            fence = None
            yield None
        elif fence is not None:
            if fence[0] == "console" and "skip" not in fence:
                yield number, line, False
        elif line.startswith("    "):
            yield number, line[4:], True
        elif line.strip():
            yield None


def parse(text):
    cases, current = [], None
    for item in code_lines(text):
        if item is None:
            current = None
            continue
        number, line, strict = item
        if line.startswith("$ "):
            current = Case(number, line[2:], strict)
            cases.append(current)
        elif current is None:
            raise SystemExit(f"line {number}: output without a command before it: {line}")
        elif line.startswith("> ") and not current.out and not current.err:
            current.command += "\n" + line[2:]
        elif re.fullmatch(r"\[\d+\]", line.strip()):
            current.exit_code = int(line.strip()[1:-1])
        elif strict and line.startswith("! "):
            current.err.append(line[2:])
        else:
            current.out.append(line)
    for case in cases:
        while case.out and not case.out[-1].strip():
            case.out.pop()
    return cases


def line_matches(expected, actual):
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split(ANYTHING))
    return re.fullmatch(pattern, actual.rstrip()) is not None


def matches(expected, actual):
    """Whether lines fit; a line that is nothing but the ellipsis stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0].strip() == ANYTHING:
        return any(matches(expected[1:], actual[n:]) for n in range(len(actual) + 1))
    return bool(actual) and line_matches(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def lines_of(data):
    lines = data.decode(errors="replace").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def give_up(*_):
    raise SystemExit(f"a command has not ended after {SECONDS_FOR_A_COMMAND} seconds")


class Session:
    """One shell in one empty folder for all commands of a file."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.work = self.folder / "work"
        self.work.mkdir()
        (self.folder / "bin").mkdir()
        (self.folder / "home").mkdir()
        if os.environ.get("YUXIN"):
            (self.folder / "bin/yuxin").symlink_to(pathlib.Path(os.environ["YUXIN"]).resolve())
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("YUXIN", "CMAKE", "LANG", "LC_"))}
        environment.update(PATH=f"{self.folder}/bin:{environment['PATH']}", HOME=str(self.folder / "home"), LC_ALL="C.UTF-8",
                           TZ="Asia/Shanghai", YUXIN_SOURCE_DIR=str(TOP))
        read, write = os.pipe()
        self.status = os.fdopen(read)
        self.shell = subprocess.Popen(["bash", "--norc", "-s"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      cwd=self.work, env=environment, pass_fds=(write,), start_new_session=True, text=True)
        os.close(write)
        self.write_fd = write
        self.run(f". '{TOP}/tests/cli/session.sh'")

    def run(self, command, together=False):
        """Gives (exit code, standard output, standard error), or both outputs as one in the order of their coming."""
        script, out, err = (self.folder / name for name in ("command", "out", "err"))
        script.write_text(command + "\n")
        errors_to = "2>&1" if together else f"2>'{err}'"
        self.shell.stdin.write(f". '{script}' >'{out}' {errors_to} </dev/null {self.write_fd}>&-; echo $? >&{self.write_fd}\n")
        self.shell.stdin.flush()
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(SECONDS_FOR_A_COMMAND)
        answer = self.status.readline().strip()
        signal.alarm(0)
        if not answer:
            raise SystemExit(f"the shell ended at: {command}")
        return int(answer), out.read_bytes(), b"" if together else err.read_bytes()

    def close(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.shell.pid, number)
                self.shell.wait(timeout=10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self.shell.stdin.close()
        self.status.close()


def judge(case, code, out, err):
    """Gives what is wrong with the answer to a case, or nothing."""
    problems = []
    if code != case.exit_code:
        problems.append(f"exit code {code}, expected {case.exit_code}")
    if case.strict:
        if not matches(case.out, lines_of(out)):
            problems.append("standard output differs")
        if not matches(case.err, lines_of(err)):
            problems.append("standard error differs")
    elif case.out and not matches(case.out, lines_of(out)):
        problems.append("output differs")
    return problems


def show(title, lines):
    print(f"  {title}:")
    for line in lines:
        print(f"    | {line}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run_file(path):
    text = path.read_text()
    if path.suffix == ".md":  # documentation names the usual port, which somebody may be using
        text = re.sub(r"\b8080\b", str(free_port()), text)
    cases = parse(text)
    if not cases:
        print(f"{path}: no commands")
        return False
    with tempfile.TemporaryDirectory(prefix="yuxin-cli-", ignore_cleanup_errors=True) as folder:
        session = Session(folder)
        try:
            for case in cases:
                code, out, err = session.run(case.command, together=not case.strict)
                problems = judge(case, code, out, err)
                if problems:
                    print(f"{path}:{case.line}: {'; '.join(problems)}\n  $ {case.command}")
                    show("expected output", case.out)
                    show("standard output", lines_of(out))
                    show("expected error output", case.err)
                    show("standard error", lines_of(err))
                    return False
        finally:
            session.close()
    print(f"{path}: {len(cases)} commands")
    return True


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not shutil.which("bash"):
        sys.exit("no bash")
    results = [run_file(pathlib.Path(name)) for name in sys.argv[1:]]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
