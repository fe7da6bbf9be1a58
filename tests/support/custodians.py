"""Custodians and their shares, for tests of `yuxin share`: two of three in bureau A by passphrases, and one of two in bureau B, by a
certificate or on paper."""
import json
import os
import re
import subprocess

import city
from city import run

PLAN = """title = "Root of the city"

[[group]]
name = "bureau A"
needed = 2
members = ["Li Wei", "Wang Fang", "赵敏"]

[[group]]
name = "bureau B"
needed = 1
members = ["Chen Jie", "Sun Li"]

[[custodian]]
name = "Chen Jie"
seal = "certificate"
certificate = "chen.pem"

[[custodian]]
name = "Sun Li"
seal = "paper"
"""
NEXT_PLAN = """title = "Root of the city, anew"

[[group]]
name = "directors"
needed = 2
members = ["Director One", "Director Two"]
"""
BUREAU_A = {"Li Wei": "li", "Wang Fang": "wang", "赵敏": "zhao"}
DIRECTORS = {"Director One": "one", "Director Two": "two"}
SCALE = 4


def passphrase(name):
    return f"the passphrase of {name}, planted"


def on_paper(plan, names):
    """The plan with the shares of these on paper, where opening them takes no time."""
    return plan + "".join(f'\n[[custodian]]\nname = "{name}"\nseal = "paper"\n' for name in names)


class Custodians:
    """A folder with a secret, a plan, and what the custodians open their shares with."""

    def __init__(self, folder, secret=None):
        self.folder = folder
        self.secret = secret or os.urandom(32)
        (folder / "key.bin").write_bytes(self.secret)
        (folder / "plan.toml").write_text(PLAN)
        (folder / "next.toml").write_text(NEXT_PLAN)
        for name in (*BUREAU_A.values(), *DIRECTORS.values(), "chen"):
            (folder / f"{name}.pass").write_text(passphrase(name) + "\n")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "chen.key", "-out", "chen.pem",
            "-subj", "/CN=Chen Jie", "-days", "30", cwd=folder)
        run("openssl", "pkcs12", "-export", "-inkey", "chen.key", "-in", "chen.pem", "-passout", "file:chen.pass", "-out", "chen.p12", cwd=folder)

    def share(self, *words, expect=0, **options):
        return run(os.path.abspath(city.YUXIN), "share", *words, cwd=self.folder, expect=expect, **options)

    def split(self, out="shares", options=None):
        options = sealing(BUREAU_A) if options is None else options
        return self.share("split", "plan.toml", "--secret-file", "key.bin", "--out", out, *options)

    def shares_of(self, names, folder="shares"):
        """The options that bring the shares of some, by the short names of the files above."""
        files = {"li": ("1-1", "li.pass"), "wang": ("1-2", "wang.pass"), "zhao": ("1-3", "zhao.pass"), "chen": ("2-1", "chen.p12,chen.pass"), "sun": ("2-2", ""),
                 "one": ("1-1", "one.pass"), "two": ("1-2", "two.pass")}
        words = []
        for name in names:
            number, opener = files[name]
            page = self.folder / folder / f"share-{number}.txt"
            if page.exists():
                (self.folder / f"{name}.words").write_text(" ".join(words_of_page(page.read_text())))
                words += ["--words-file", f"{name}.words"]
            else:
                words += ["--share", f"{folder}/share-{number}.json,{opener}"]
        return words

    def reshare_words(self, digest, options=None):
        options = sealing(DIRECTORS) if options is None else options
        return ["reshare", "shares/register.json", "--plan", "next.toml", "--out", "next", "--confirm", digest, *options,
                *self.shares_of(("li", "zhao", "chen"))]

    def digest(self):
        shown = self.share("reshare", "shares/register.json", "--plan", "next.toml", "--out", "next", "--json")
        return json.loads(shown.stdout)["plan"]

    def joins(self, names, folder="shares"):
        """Whether these custodians have the secret together; `--out` never exists before."""
        out = self.folder / "joined.bin"
        done = self.share("join", f"{folder}/register.json", "--out", out, *self.shares_of(names, folder), expect=None)
        if done.returncode != 0:
            assert not out.exists(), done
            return False
        joined = out.read_bytes()
        assert out.stat().st_mode & 0o777 == 0o600
        out.unlink()
        return joined == self.secret


def sealing(names):
    return [word for name, file in names.items() for word in ("--passphrase-for", f"{name}={file}.pass")]


def words_of_page(page):
    """The numbered words of a page, checked to be numbered from 1 without a gap."""
    lines = [line for line in page.splitlines() if re.fullmatch(r"( +\d+ [a-z]+)+", line)]
    found = re.findall(r"(\d+) ([a-z]+)", "\n".join(lines))
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1)), page
    return [word for _, word in found]


def scanned(folder, page):
    """What zbar reads from the code of a page when it is printed."""
    rows = []
    for line in page.splitlines():
        if line and set(line) <= set(" \u2580\u2584\u2588"):
            rows.append([mark in "\u2580\u2588" for mark in line])
            rows.append([mark in "\u2584\u2588" for mark in line])
    width = max(len(row) for row in rows)
    rows = [row + [False] * (width - len(row)) for row in rows]
    bits = "\n".join(" ".join("1" if dark else "0" for dark in row for _ in range(SCALE)) for row in rows for _ in range(SCALE))
    picture = folder / "code.pbm"
    picture.write_text(f"P1\n{width * SCALE} {len(rows) * SCALE}\n{bits}\n")
    done = subprocess.run(["zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", picture], capture_output=True, check=False)
    assert done.returncode == 0, done
    picture.unlink()
    return done.stdout.decode()
