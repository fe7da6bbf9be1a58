"""Custodians with smart cards: shares sealed for certificates whose keys are on tokens (RSA and elliptic curves), sealed files that lie on a token, wrong PINs, a card that
is away. openssl opens the same shares with the key in a file, and OpenSC reads what is stored. Then a share is lost: a new secret takes the old one's place."""
import base64
import json
import os
import pathlib
import re
import tempfile

import city
import soft_tokens
from city import YUXIN, run

city.need("openssl", "softhsm2-util", "pkcs11-tool")
PLAN = """title = "Root of the city"

[[group]]
name = "centre"
needed = 2
members = ["Li Wei", "Wang Fang", "Zhao Min"]
""" + "".join(f'\n[[custodian]]\nname = "{name}"\nseal = "certificate"\ncertificate = "{file}.pem"\n' for name, file in (("Li Wei", "li"), ("Wang Fang", "wang")))
NEXT = PLAN.replace("Root of the city", "Root of the city, anew")
KINDS = {"li": ("rsa", "-pkeyopt", "rsa_keygen_bits:2048"), "wang": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")}


def make_card(folder, tokens, name):
    """A card as its holder's own tools make it: key and certificate on the token; the key in a file stays for openssl's opinion."""
    run("openssl", "req", "-x509", "-newkey", *KINDS[name], "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "30",
        "-addext", f"keyUsage=critical,{'keyEncipherment' if name == 'li' else 'keyAgreement'}", cwd=folder)
    run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", f"{name}.key", "-outform", "DER", "-out", f"{name}.p8", cwd=folder)
    run("openssl", "x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der", cwd=folder)
    tokens.add(name)
    for file, kind in ((f"{name}.p8", ("privkey", "--usage-decrypt", "--usage-derive")), (f"{name}.der", ("cert",))):
        tokens.tool(name, "--write-object", folder / file, "--label", "share-key", "--id", "01", "--type", *kind)


class Cards:
    def __init__(self, folder, home):
        self.folder, self.home, self.tokens = folder, home, soft_tokens.Tokens(folder)
        soft_tokens.set_keys(home, self.tokens.module)
        for name in KINDS:
            make_card(folder, self.tokens, name)
        (folder / "zhao.pass").write_text("the passphrase of Zhao Min\n")
        (folder / "plan.toml").write_text(PLAN)
        (folder / "next.toml").write_text(NEXT)

    def share(self, *words, expect=0):
        return run(os.path.abspath(YUXIN), "--home", self.home.resolve(), "share", *words, cwd=self.folder, expect=expect)

    def key(self, name):
        return f"pkcs11:token={name};object=share-key?pin-source=file:{self.tokens.pin_file(name)}"

    def card(self, name, folder="shares"):
        return ("--share", f"{folder}/share-1-{1 + list(KINDS).index(name)}.json,{self.key(name)}")

    def paper(self, folder="shares"):
        return ("--share", f"{folder}/share-1-3.json,zhao.pass")


def check_opened(cards, town):
    for name in KINDS:
        cards.share("verify", "shares/register.json", *cards.card(name))
        by_openssl(cards, name)
    # the key of another custodian opens nothing, a wrong PIN neither, and each says which it is
    other = cards.share("verify", "shares/register.json", "--share", f"shares/share-1-1.json,{cards.key('wang')}", expect=None)
    assert other.returncode == 4 and "not encrypted to the certificate" in other.stderr, other
    wrong = cards.folder / "wrong.pin"
    wrong.write_text("no PIN of anybody\n")
    refused = cards.share("verify", "shares/register.json", "--share", f"shares/share-1-1.json,pkcs11:token=li;object=share-key?pin-source=file:{wrong}", expect=3)
    assert "The PIN is not that of token li" in refused.stderr, refused.stderr
    nobody = cards.share("verify", "shares/register.json", "--share", "shares/share-1-1.json,pkcs11:token=li;object=share-key", expect=3)
    assert "PIN of token li is needed" in nobody.stderr, nobody.stderr
    # --as names the card too, and a certificate may be in a file
    run(YUXIN, "--home", cards.home, "--as", "pkcs11:token=li;object=share-key", "--pin-file", cards.tokens.pin_file("li"), "share", "verify",
        cards.folder / "shares/register.json", "--share", cards.folder / "shares/share-1-1.json")
    joined = cards.folder / "joined"
    cards.share("join", "shares/register.json", *cards.card("li"), *cards.card("wang"), "--out", joined)
    assert joined.stat().st_size == 32
    cards.tokens.unplug()
    away = cards.share("verify", "shares/register.json", *cards.card("li"), expect=4)
    assert "There is no token pkcs11:token=li" in away.stderr, away.stderr
    cards.tokens.plug_in()
    # the home is opened by two cards, and served
    with town.serve("--shares", str(cards.folder / "shares/register.json"), *absolute(cards, cards.card("li")), *absolute(cards, cards.card("wang")),
                    unlock=("--quiet",)) as server:
        assert server.stop() == 0


def absolute(cards, words):
    return (words[0], f"{cards.folder}/{words[1]}")


def by_openssl(cards, name):
    """The same share by openssl, whose five lines say what `share verify` compares."""
    file = json.loads((cards.folder / f"shares/share-1-{1 + list(KINDS).index(name)}.json").read_text())
    (cards.folder / "message.der").write_bytes(base64.b64decode(file["message"]))
    text = run("openssl", "cms", "-decrypt", "-inform", "DER", "-in", "message.der", "-recip", f"{name}.pem", "-inkey", f"{name}.key", cwd=cards.folder).stdout
    assert text.startswith("yuxin-share-1"), text


def check_stored(cards):
    """A sealed file on the card of who opens it, and the passphrase's file on somebody's."""
    source = cards.folder / "shares/share-1-1.json"
    cards.share("store", "shares/share-1-1.json", "--token", "pkcs11:token=li", "--dry-run")
    stored = json.loads(cards.share("store", "shares/share-1-1.json", "--token", cards.tokens.uri("li"), "--json").stdout)
    label = stored["name"].split("object=")[1]
    assert re.fullmatch(r"pkcs11:token=li;object=share-[0-9a-f]{16}", stored["name"]) and stored["custodian"] == "Li Wei", stored
    out = cards.folder / "read-back"
    cards.tokens.tool("li", "--read-object", "--type", "data", "--label", label, "--output-file", out)
    assert out.read_bytes() == source.read_bytes()
    seen = run("pkcs11-tool", "--module", cards.tokens.module, "--token-label", "li", "--list-objects", "--type", "data").stdout
    assert label not in seen, seen  # without the PIN
    cards.share("store", "shares/share-1-1.json", "--token", cards.tokens.uri("li"))  # the same once more
    taken = cards.share("store", "shares/share-1-2.json", "--token", cards.tokens.uri("li"), expect=5)
    assert "another data object" in taken.stderr, taken.stderr
    cards.share("store", "register-of-nothing.json", "--token", cards.tokens.uri("li"), expect=4)
    cards.share("store", "plan.toml", "--token", cards.tokens.uri("li"), expect=None)
    cards.share("store", "shares/share-1-3.json", "--token", f"pkcs11:token=wang;object=zhao-2026?pin-source=file:{cards.tokens.pin_file('wang')}")
    source.rename(cards.folder / "kept-1-1.json")
    on_card = ("--share", f"{stored['name']}?pin-source=file:{cards.tokens.pin_file('li')},{cards.key('li')}")
    of_zhao = ("--share", f"pkcs11:token=wang;object=zhao-2026?pin-source=file:{cards.tokens.pin_file('wang')},zhao.pass")
    cards.share("verify", "shares/register.json", *on_card)
    cards.share("verify", "shares/register.json", *of_zhao)
    (cards.folder / "joined").unlink()
    cards.share("join", "shares/register.json", *on_card, *of_zhao, "--out", "joined")
    missing = cards.share("verify", "shares/register.json", "--share", f"pkcs11:token=li;object=nothing?pin-source=file:{cards.tokens.pin_file('li')}", expect=4)
    assert "There is no data object nothing on token li" in missing.stderr, missing.stderr
    (cards.folder / "kept-1-1.json").rename(source)


def ways(cards):
    return json.loads(run(YUXIN, "--home", cards.home, "--json", "unlock", "list").stdout)


def unlocks(cards, folder):
    new = cards.folder / "new.pass"
    new.write_text("a new passphrase of the home\n")
    done = cards.share("unlock", f"{folder}/register.json", *cards.card("li", folder), *cards.card("wang", folder), "--new-passphrase-file", new, expect=None)
    return done.returncode


def check_new_secret(cards, town):
    """Li Wei's share may be in wrong hands: the same custodians get shares of another key, by their cards; then the root key goes too."""
    words = ("reshare", "shares/register.json", "--plan", "next.toml", "--out", "next", "--new-secret", "--passphrase-for", "Zhao Min=zhao.pass")
    digest = json.loads(cards.share(*words, "--json").stdout)["plan"]
    (before,) = [way["name"] for way in ways(cards) if way["way"] == "shares"]
    copy = (cards.home / "keys/unlock.json").read_text()
    cards.share(*words, "--confirm", digest, *cards.card("li"), *cards.card("wang"))
    (after,) = [way["name"] for way in ways(cards) if way["way"] == "shares"]
    assert after != before
    again = cards.share(*words, "--confirm", digest, *cards.card("li"), *cards.card("wang"))  # all of it was done
    assert "in force" in again.stdout, again
    # the old shares, with their register from before, open nothing; the new ones do, and a copy of the home from before is the old ones' still
    register = cards.folder / "shares/register.json"
    text = json.loads(register.read_text())
    superseded = text.pop("superseded")
    assert superseded
    cards.share("join", "shares/register.json", *cards.card("li"), *cards.card("wang"), "--out", "old", expect=5)
    assert unlocks(cards, "next") == 0
    assert unlocks(cards, "shares") == 5
    assert json.loads(copy)["ways"] != json.loads((cards.home / "keys/unlock.json").read_text())["ways"]
    run(YUXIN, "--home", cards.home, "--yes", "key", "rotate", "root", "--shares", cards.folder / "next/register.json", *absolute(cards, cards.card("li", "next")),
        *absolute(cards, cards.card("wang", "next")))
    assert [way["way"] for way in ways(cards)] == ["shares"]
    assert unlocks(cards, "next") == 0
    run(YUXIN, "--home", cards.home, "--passphrase-file", cards.folder / "new.pass", "key", "verify")
    log = run(YUXIN, "--home", cards.home, "audit", "log", "--limit", "0").stdout
    assert log.count("key.shares") == 2 and "key.rotated" in log, log
    town.yuxin("audit", "verify")


def main():
    with tempfile.TemporaryDirectory(prefix="yuxin-cards-") as name, city.City() as town:
        cards = Cards(pathlib.Path(name), town.online)
        run(os.path.abspath(YUXIN), "--home", town.online.resolve(), "--passphrase-file", town.passphrase.resolve(), "share", "split", "plan.toml", "--out", "shares",
            "--passphrase-for", "Zhao Min=zhao.pass", cwd=cards.folder)
        check_opened(cards, town)
        check_stored(cards)
        check_new_secret(cards, town)
        for label, pin in cards.tokens.pins.items():
            for path in [*town.online.rglob("*"), *(cards.folder / "shares").rglob("*")]:
                assert not path.is_file() or pin.encode() not in path.read_bytes(), f"the PIN of {label} is in {path}"
    print("cards open shares, keep them, and a lost one is made worthless")


if __name__ == "__main__":
    main()
