"""Shares and an independent program: the reference implementation of SLIP-0039 (the Python package shamir-mnemonic) joins what we split,
and we join what it splits. YUXIN_SLIP39_PYTHON names a Python that has it, if this one has not."""
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import city
import custodians

PYTHON = os.environ.get("YUXIN_SLIP39_PYTHON", sys.executable)
JOIN = """
import json, sys
from shamir_mnemonic import combine_mnemonics
print(combine_mnemonics(json.load(sys.stdin), b"").hex())
"""
SPLIT = """
import json, sys
from shamir_mnemonic import generate_mnemonics
threshold, groups, secret, extendable = json.load(sys.stdin)
print(json.dumps(generate_mnemonics(threshold, groups, bytes.fromhex(secret), b"", extendable=extendable, iteration_exponent=0)))
"""


def theirs(program, value):
    done = subprocess.run([PYTHON, "-c", program], input=json.dumps(value), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def words_of(people, folder, name):
    """The words alone of a custodian's share, as paper has them."""
    if name == "sun":
        page = (people.folder / folder / "share-2-2.txt").read_text()
    else:
        page = people.share("print", f"{folder}/register.json", *people.shares_of([name], folder)).stdout
    return " ".join(custodians.words_of_page(page)[:33])


def they_join_ours(people):
    words = {name: words_of(people, "shares", name) for name in ("li", "wang", "zhao", "chen", "sun")}
    assert words["chen"] == words["sun"]  # one of them is enough, so they have the same
    for two in itertools.combinations(("li", "wang", "zhao"), 2):
        for one in ("chen", "sun"):
            assert theirs(JOIN, [words[name] for name in (*two, one)]).strip() == people.secret.hex()
    done = subprocess.run([PYTHON, "-c", JOIN], input=json.dumps([words["li"], words["chen"]]), capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "Expected 2 mnemonics" in done.stderr, done.stderr


def register_for(people, mnemonics, threshold, groups):
    """A register as ours, of their shares: what their words say, and commitments that nobody can prove."""
    import re
    secret = people.folder / "any.bin"
    secret.write_bytes(os.urandom(len(people.secret)))
    lines = [f'title = "theirs"\ngroups_needed = {threshold}']
    for number, (needed, members) in enumerate(groups):
        lines.append(f'[[group]]\nname = "{number}"\nneeded = {needed}\nmembers = {json.dumps([f"{number}.{i}" for i in range(members)])}')
        lines += [f'[[custodian]]\nname = "{number}.{i}"\nseal = "paper"' for i in range(members)]
    (people.folder / "theirs.toml").write_text("\n".join(lines))
    people.share("split", "theirs.toml", "--secret-file", "any.bin", "--out", "theirs")
    path = people.folder / "theirs/register.json"
    told = subprocess.run([PYTHON, "-c", "import sys; from shamir_mnemonic.share import Share; s = Share.from_mnemonic(sys.argv[1]); print(s.identifier, s.extendable)",
                           mnemonics[0][0]], capture_output=True, text=True, check=True).stdout.split()
    text = re.sub(r'"identifier": \d+', f'"identifier": {told[0]}', path.read_text())
    path.write_text(re.sub(r'"extendable": \w+', f'"extendable": {told[1].lower()}', text))
    return path


def we_join_theirs(people):
    for threshold, groups, extendable in ((1, [(2, 3)], True), (1, [(3, 5)], False), (2, [(2, 3), (1, 1), (2, 2)], True)):
        mnemonics = json.loads(theirs(SPLIT, [threshold, groups, people.secret.hex(), extendable]))
        register = register_for(people, mnemonics, threshold, groups)
        options = []
        for number in range(threshold):
            for member in range(groups[number][0]):
                file = people.folder / f"their-{number}-{member}.txt"
                file.write_text(mnemonics[number][-1 - member])
                options += ["--words-file", file]
        out = people.folder / "out.bin"
        people.share("join", register, "--out", out, *options)
        assert out.read_bytes() == people.secret, (threshold, groups)
        out.unlink()
        done = people.share("join", register, "--out", out, *options[:-2], expect=2)
        assert "not enough" in done.stderr and not out.exists()
        for file in (people.folder / "theirs").iterdir():
            file.unlink()
        (people.folder / "theirs").rmdir()


city.need("openssl")
if subprocess.run([PYTHON, "-c", "import shamir_mnemonic"], capture_output=True, check=False).returncode != 0:
    city.skip("the Python package shamir-mnemonic is not installed")
with tempfile.TemporaryDirectory(prefix="yuxin-slip39-") as name:
    crew = custodians.Custodians(pathlib.Path(name))
    crew.split()
    they_join_ours(crew)
    we_join_theirs(crew)
