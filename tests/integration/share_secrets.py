"""Nothing secret where it does not belong: known octets of a secret, of every share and proof, and the passphrases are looked for, in
several writings, in every file that `yuxin share` writes and in everything that it says, also when it refuses."""
import base64
import os
import pathlib
import tempfile

import city
import custodians

city.need("openssl")


def writings(name, octets):
    """Ways in which octets may stand in a text; base64 at each of its three alignments."""
    yield name, octets
    yield f"{name} in hex", octets.hex().encode()
    yield f"{name} in HEX", octets.hex().upper().encode()
    for skipped in range(3):
        text = base64.b64encode(b"\0" * skipped + octets)
        yield f"{name} in base64", text[4:len(text) // 4 * 4 - 4]


def word_writings(name, words):
    """Any four words in a row are told apart from chance."""
    for at in range(0, len(words) - 3, 4):
        yield f"{name}, words from {at + 1}", " ".join(words[at:at + 4]).encode()


class Planted(custodians.Custodians):
    """Custodians who remember what their commands said, and which files may hold what."""

    def __init__(self, folder):
        super().__init__(folder)
        self.said = []
        self.own = {path.name for path in folder.iterdir()}

    def share(self, *words, expect=0, **options):
        done = super().share(*words, expect=None, **options)
        self.said.append((" ".join(map(str, words)), done.stdout.encode() + done.stderr.encode()))
        assert expect is None or done.returncode == expect, f"{words}: {done}"
        return done

    def may_hold(self, path):
        """Papers, what was typed from them, and what the test itself made; not the temporary files, sealed shares, registers and records."""
        return path.name in self.own or path.suffix in (".txt", ".words")


def open_words(people, folder, name):
    """The words of a share and its proof, taken without leaving a trace in what the commands said."""
    if name == "sun":
        return custodians.words_of_page((people.folder / folder / "share-2-2.txt").read_text())
    page = custodians.Custodians.share(people, "print", f"{folder}/register.json", *people.shares_of([name], folder)).stdout
    return custodians.words_of_page(page)


def secrets_of(people):
    yield from writings("the secret", people.secret)
    for folder, names in (("shares", ("li", "wang", "zhao", "sun")), ("next", ("one", "two"))):
        for name in names:
            yield from word_writings(f"the share of {name}", open_words(people, folder, name))
    for name in (*custodians.BUREAU_A.values(), *custodians.DIRECTORS.values(), "chen"):
        yield f"the passphrase of {name}", custodians.passphrase(name).encode()


def use_everything(people):
    people.split()
    words = open_words(people, "shares", "li")
    wrong = people.folder / "wrong.words"
    people.share("list", "shares/register.json")
    for name in ("li", "chen"):
        people.share("verify", "shares/register.json", *people.shares_of([name]))
    people.share("verify", "shares/register.json", "--json", *people.shares_of(["sun"]))
    people.share("verify", "shares/register.json", "--share", "shares/share-1-1.json,wang.pass", expect=3)
    for change in (lambda w: w[:6] + ["acadmic"] + w[7:], lambda w: w[:20] + [w[21], w[20]] + w[22:], lambda w: w[:-1], lambda w: w + w):
        wrong.write_text(" ".join(change(words)))
        people.share("verify", "shares/register.json", "--words-file", "wrong.words", expect=1)
        people.share("join", "shares/register.json", "--out", "never.bin", "--words-file", "wrong.words", expect=1)
    people.share("join", "shares/register.json", "--out", "never.bin", *people.shares_of(["li", "zhao"]), expect=2)
    people.share("drill", "shares/register.json", "--out", "drill.json", "--share", "shares/share-1-2.json,li.pass", *people.shares_of(["li", "wang", "sun"]))
    people.share("drill", "shares/register.json", "--out", "not-met.json", *people.shares_of(["li"]), expect=1)
    digest = people.digest()
    people.share(*people.reshare_words("00" * 32), expect=1)
    people.share(*people.reshare_words(digest))
    people.share("join", "next/register.json", "--out", "out.txt", *people.shares_of(["one", "two"], "next"))
    assert (people.folder / "out.txt").read_bytes() == people.secret


with tempfile.TemporaryDirectory(prefix="yuxin-planted-") as top:
    crew = Planted(pathlib.Path(top))
    os.environ["TMPDIR"] = top
    use_everything(crew)
    planted = list(secrets_of(crew))
    looked_at = 0
    for command, text in crew.said:
        for what, octets in planted:
            assert octets not in text, f"{what} was said by: {command}"
    for file in crew.folder.rglob("*"):
        if file.is_dir() or crew.may_hold(file):
            continue
        looked_at += 1
        content = file.read_bytes()
        for what, octets in planted:
            assert octets not in content, f"{what} is in {file}"
    assert looked_at >= 10 and len(planted) > 80, (looked_at, len(planted))
    # the search finds what is there
    assert any(octets in (crew.folder / "sun.words").read_bytes() for what, octets in planted if "share of sun" in what)
    print(f"{len(planted)} writings of secrets looked for in {looked_at} files and what {len(crew.said)} commands said")
