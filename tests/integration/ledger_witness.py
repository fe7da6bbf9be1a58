"""Witnesses in both directions. Go's own libraries for signed notes and transparency logs (golang.org/x/mod/sumdb) open our checkpoints, our
co-signatures and our proofs of growth, and sign as a witness that the city takes in; Python's cryptography does the same where Go is absent.
Our witness refuses to go back, to be hurried by two at once, and to countersign what does not continue."""
import base64
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess

import city
from city import YUXIN, run

city.need("openssl")
JUDGE = pathlib.Path(__file__).parent / "_ledger_judge"


class Go:
    """The judge in Go."""
    name = "go"

    def __init__(self, folder):
        self.program = folder / "judge"
        # the module may have to be fetched; without a network it must be in the cache of modules already
        source = folder / "judge-source"
        shutil.copytree(JUDGE, source)
        done = subprocess.run(["go", "build", "-o", self.program, "."], cwd=source, capture_output=True, text=True, check=False, timeout=300,
                              env=os.environ | {"GOFLAGS": "-mod=mod", "GOWORK": "off"})
        if done.returncode != 0:
            raise OSError(done.stderr.strip().split("\n")[-1])

    def __call__(self, *words, expect=0):
        return run(self.program, *words, expect=expect).stdout

    def open(self, note, key, expect=0):
        self("open", note, key, expect=expect)

    def cosigned(self, note, key, expect=0):
        self("cosigned", note, key, expect=expect)

    def grows(self, request, old, expect=0):
        self("grows", request, old, expect=expect)

    def sign(self, note, name, seed, time):
        key, line = self("sign", note, name, seed.hex(), time).split("\n", 1)
        return key, line


class Python:
    """The same with Python's cryptography, but for the proofs of growth, which it knows nothing of."""
    name = "python"

    def __init__(self, _):
        from cryptography.hazmat.primitives.asymmetric import ed25519
        self.ed25519 = ed25519

    def find(self, note, key):
        name, hash_, encoded = key.split("+", 2)
        octets = base64.b64decode(encoded)
        assert hashlib.sha256(name.encode() + b"\n" + octets).hexdigest()[:8] == hash_
        text = pathlib.Path(note).read_text()
        body, lines = text[:text.rindex("\n\n") + 1], text[text.rindex("\n\n") + 2:].splitlines()
        for line in lines:
            _, signer, value = line.split(" ")
            signature = base64.b64decode(value)
            if signer == name and signature[:4].hex() == hash_:
                return body, signature[4:], self.ed25519.Ed25519PublicKey.from_public_bytes(octets[1:])
        raise AssertionError(f"no line by {name}")

    def judge(self, check, expect):
        from cryptography.exceptions import InvalidSignature
        try:
            check()
            good = True
        except (AssertionError, InvalidSignature):
            good = False
        assert good == (expect == 0)

    def open(self, note, key, expect=0):
        def check():
            body, signature, public = self.find(note, key)
            public.verify(signature, body.encode())
        self.judge(check, expect)

    def cosigned(self, note, key, expect=0):
        def check():
            body, signature, public = self.find(note, key)
            assert len(signature) == 72
            public.verify(signature[8:], f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{body}".encode())
        self.judge(check, expect)

    def grows(self, request, old, expect=0):
        pass

    def sign(self, note, name, seed, time):
        private = self.ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        text = pathlib.Path(note).read_text()
        body = text[:text.rindex("\n\n") + 1]
        from cryptography.hazmat.primitives import serialization
        public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        hash_ = hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]
        signature = private.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
        value = base64.b64encode(hash_ + int(time).to_bytes(8, "big") + signature).decode()
        return f"{name}+{hash_.hex()}+{base64.b64encode(bytes([4]) + public).decode()}", f"\u2014 {name} {value}\n"


def judges(folder):
    found = []
    for kind in (Go, Python):
        try:
            found.append(kind(folder))
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            print(f"without {kind.__name__}: {error}")
    if not found:
        city.skip("neither Go with golang.org/x/mod nor Python's cryptography is here")
    return found


class Witness:
    """Our own witness."""

    def __init__(self, town, name):
        self.town, self.name, self.state = town, name, town.folder / f"{name}.txt"
        self.key_file = town.folder / f"{name}.pem"
        run("openssl", "genpkey", "-algorithm", "ED25519", "-out", self.key_file)
        self.words = ("audit", "witness", "--name", f"witness.example/{name}", "--sign-with", self.key_file)
        self.key = run(YUXIN, *self.words).stdout.strip()

    def __call__(self, file, *words, expect=0):
        out = self.town.folder / f"{self.name}-signed.txt"
        done = run(YUXIN, *self.words, file, "--key", self.town.online / "keys/ledger.pub", "--state", self.state, "--out", out, *words, expect=expect)
        return out if expect == 0 else done.stderr


def set_witnesses(town, *keys):
    file = town.online / "yuxin.toml"
    lines = [f"witnesses = [{', '.join(chr(34) + key + chr(34) for key in keys)}]" if line.startswith("witnesses") else line
             for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")


def checkpoint(town, name):
    file = town.folder / name
    town.yuxin("audit", "checkpoint", "--quiet", "--force", "--out", file)
    return file


def grown(town, name, since):
    town.issue(name, "tls-client")
    file = checkpoint(town, f"{name}.cp")
    request = town.folder / f"{name}.request"
    run(YUXIN, "--home", town.online, "audit", "prove", "--since", since, "--out", request)
    return file, request


def others_accept(town, judge, ours):
    log_key = town.json("audit", "checkpoint")["key"]
    first = checkpoint(town, "first.cp")
    judge.open(first, log_key)
    signed = ours(first, *(() if ours.state.exists() else ("--first",)))
    judge.open(signed, log_key)
    judge.cosigned(signed, ours.key)
    second, request = grown(town, f"grown-{judge.name}", signed)
    judge.grows(request, first)
    signed = ours(request)
    judge.cosigned(signed, ours.key)
    changed = town.folder / "changed.txt"
    changed.write_text(signed.read_text().replace("\n" + second.read_text().split("\n")[1] + "\n", "\n1\n", 1))
    judge.cosigned(changed, ours.key, expect=1)
    judge.open(changed, log_key, expect=1)


def others_sign(town, judge, ours):
    """A foreign witness's line is taken in, alone or with its checkpoint; wrong ones are not."""
    note = checkpoint(town, "foreign.cp")
    size = note.read_text().split("\n")[1]
    key, line = judge.sign(note, f"witness.example/{judge.name}", bytes([7] * 32), 1_700_000_000)
    lines, whole = town.folder / "line.txt", town.folder / "whole.txt"
    lines.write_text(line)
    home = (YUXIN, "--home", town.online, "audit", "checkpoint")
    set_witnesses(town, ours.key)
    assert "bears no co-signature of a witness" in run(*home, "--add", lines, expect=1).stderr
    set_witnesses(town, ours.key, key)
    wrong = town.folder / "wrong.txt"
    wrong.write_text(line[:-12] + ("AAAA" if line[-12:-8] != "AAAA" else "BBBB") + line[-8:])
    assert "is not good" in run(*home, "--add", wrong, expect=1).stderr
    assert "Would add the co-signature" in run(*home, "--add", lines, "--dry-run").stdout
    before = run(*home).stdout
    assert line not in before
    assert "Added the co-signature" in run(*home, "--add", lines).stdout
    assert run(*home, "--add", lines).stdout == ""
    now = run(*home).stdout
    assert now == before + line
    whole.write_text(now)
    assert run(*home, "--size", size).stdout == now
    verify = (YUXIN, "--home", town.online, "audit", "verify", "--checkpoint", whole)
    assert f"Countersigned by witness.example/{judge.name}" in run(*verify, "--witness", key).stdout
    done = run(*verify, "--witness", key, "--witness", Witness(town, f"absent-{judge.name}").key, expect=6)
    assert "bears 1 of the 2 co-signatures demanded; missing: witness.example/absent" in done.stdout
    run(*verify, "--witness", key, "--witness", Witness(town, f"away-{judge.name}").key, "--quorum", "1")
    # what another log signed, or what is no checkpoint, is not taken in
    assert run(*home, "--add", town.passphrase, expect=1).stderr


def ours_refuses(town, ours):
    first = checkpoint(town, "older.cp")
    last = pathlib.Path(ours.state).read_bytes()
    newest, request = grown(town, "newest", first)
    run(YUXIN, "--home", town.online, "audit", "prove", "--since", "1", "--out", request)
    assert "The proof begins at 1 records, this witness stands at" in ours(request, expect=5)
    run(YUXIN, "--home", town.online, "audit", "prove", "--since", ours.state, "--out", request)
    assert "it only grew must be proven" in ours(newest, expect=2)
    broken = town.folder / "broken.request"
    lines = request.read_text().split("\n")
    lines[1] = base64.b64encode(bytes(32)).decode()
    broken.write_text("\n".join(lines))
    assert "do not begin with" in ours(broken, expect=6)
    assert pathlib.Path(ours.state).read_bytes() == last, "a refusal moved the state"
    ours(request)
    assert "went back" in ours(first, expect=6)
    stranger = Witness(town, "stranger")
    assert "says what this witness countersigned before" in stranger(newest, expect=4)
    shutil.copy(ours.state, stranger.state)
    assert "is not what this witness countersigned" in stranger(newest, "--first", expect=6)


def two_at_once(town, ours):
    """Two requests at the same moment, one older: whatever the order, the state ends at the newer one and never goes back."""
    a = town.folder / "a.request"
    _, _ = grown(town, "race-one", ours.state)
    run(YUXIN, "--home", town.online, "audit", "prove", "--since", ours.state, "--out", a)
    grown(town, "race-two", ours.state)
    b = town.folder / "b.request"
    run(YUXIN, "--home", town.online, "audit", "prove", "--since", ours.state, "--out", b)

    def call(file):
        words = (*ours.words, file, "--key", town.online / "keys/ledger.pub", "--state", ours.state)
        return run(YUXIN, *words, expect=None)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(call, [a, b] * 8))
    sizes = {int(one.stdout.split("\n")[1]) for one in done if one.returncode == 0}
    assert sizes and int(pathlib.Path(ours.state).read_text().split("\n")[1]) == max(sizes), sizes
    assert {one.returncode for one in done} <= {0, 5, 6}, [one.stderr for one in done]


def main():
    with city.City() as town:
        town.issue("alpha", "tls-client")
        ours = Witness(town, "w1")
        for judge in judges(town.folder):
            others_accept(town, judge, ours)
            others_sign(town, judge, ours)
        ours_refuses(town, ours)
        two_at_once(town, ours)


if __name__ == "__main__":
    main()
