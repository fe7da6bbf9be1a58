"""A home that a key on a token unlocks: with the right PIN, with a wrong one, without the token, with another token in its place; after a rotation; and
what the module sees, which OpenSC's spy writes down. The other ways go on working. The file is judged by Python's cryptography, the token by OpenSC."""
import hashlib
import json
import os
import pathlib
import re
import tempfile

import city
import soft_tokens
from city import YUXIN, run
from typist import Terminal

city.need("openssl", "softhsm2-util", "pkcs11-tool")
try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    city.skip("Python's cryptography is not installed")

KEY = re.compile(r"pkcs11:token=city;object=unlock-[0-9a-f]{16}")


def by(home, *words, expect=0, passphrase=None, pin=None):
    options = [*(["--passphrase-file", passphrase] if passphrase else []), *(["--pin-file", pin] if pin else [])]
    return run(YUXIN, "--home", home, "--yes", *options, *words, expect=expect)


def ways(home):
    return json.loads(by(home, "--json", "unlock", "list").stdout)


def root_key(home, passphrase):
    """The root key as docs/keys.md describes its seal under a passphrase."""
    seal = next(way["seal"] for way in json.loads((home / "keys/unlock.json").read_text())["ways"] if way["way"] == "passphrase")
    key = hashlib.scrypt(passphrase, salt=bytes.fromhex(seal["salt"]), n=seal["n"], r=seal["r"], p=seal["p"], maxmem=1 << 28, dklen=32)
    bound = f"yuxin-seal-1 scrypt {seal['n']} {seal['r']} {seal['p']} {seal['salt']} aes-256-gcm {seal['nonce']}"
    return AESGCM(key).decrypt(bytes.fromhex(seal["nonce"]), bytes.fromhex(seal["sealed"]), bound.encode())


def check_added(town, tokens):
    """The key is on the token, may decrypt and nothing else, and the ledger says which one it is."""
    by(town.online, "unlock", "add", "pkcs11:token=city", "--dry-run", passphrase=town.passphrase, pin=tokens.pin_file("city"))
    assert [way["way"] for way in ways(town.online)] == ["passphrase"]
    by(town.online, "unlock", "add", "pkcs11:token=city", passphrase=town.passphrase, pin=tokens.pin_file("city"))
    passphrase, token = ways(town.online)
    assert passphrase == {"way": "passphrase", "name": "passphrase"} and token["way"] == "token" and KEY.fullmatch(token["name"]), token
    label = token["name"].split("object=")[1]
    seen = tokens.tool("city", "--list-objects", "--type", "privkey", "--label", label)
    assert re.search(r"Usage: +decrypt$", seen, re.M) and "always sensitive, never extractable, local" in seen, seen
    spki = town.folder / "spki.der"
    tokens.tool("city", "--read-object", "--type", "pubkey", "--label", label, "--output-file", spki)
    assert hashlib.sha256(spki.read_bytes()).hexdigest() == token["public_key"]
    record = json.loads(by(town.online, "--json", "audit", "log", "--kind", "key.token", "--limit", "0").stdout.splitlines()[0])
    assert token["public_key"] in json.dumps(record) and record["object"] == "keys/root", record
    # the same key a second time, no key at all, a token that is not there, no way
    by(town.online, "unlock", "add", "pkcs11:token=city", passphrase=town.passphrase, pin=tokens.pin_file("city"), expect=5)
    by(town.online, "unlock", "add", "pkcs11:token=city;object=nobody", passphrase=town.passphrase, pin=tokens.pin_file("city"), expect=4)
    by(town.online, "unlock", "add", "pkcs11:token=nowhere", passphrase=town.passphrase, pin=tokens.pin_file("city"), expect=4)
    by(town.online, "unlock", "add", "token", passphrase=town.passphrase, expect=2)
    assert len(ways(town.online)) == 2
    return token["name"]


def check_opens(town, tokens):
    pin = tokens.pin_file("city")
    by(town.online, "ca", "crl", "issuing", pin=pin)
    by(town.online, "key", "verify", pin=pin)
    by(town.online, "audit", "checkpoint", pin=pin)
    by(town.online, "ca", "crl", "issuing", passphrase=town.passphrase)  # the other way, with the token there
    # typed, and nothing of it shown
    terminal = Terminal(town.folder, "--home", town.online.resolve(), "ca", "crl", "issuing")
    terminal.answer("PIN of token city", tokens.pins["city"] + "\n")
    code, said = terminal.finish()
    assert code == 0 and tokens.pins["city"] not in said, said
    nobody = by(town.online, "ca", "crl", "issuing", expect=3)
    assert "The PIN of token city is needed" in nobody.stderr, nobody.stderr


class Spied:
    """What goes through the module, as pkcs11-spy writes it down."""

    def __init__(self, town, tokens):
        self.log = town.folder / "spy.log"
        self.spy = soft_tokens.first_of(soft_tokens.SPIES)
        self.home, self.module = town.online, tokens.module

    def __enter__(self):
        soft_tokens.set_keys(self.home, self.spy)
        os.environ |= {"PKCS11SPY": str(self.module), "PKCS11SPY_OUTPUT": str(self.log)}
        return self

    def __exit__(self, *_):
        soft_tokens.set_keys(self.home, self.module)
        for name in ("PKCS11SPY", "PKCS11SPY_OUTPUT"):
            del os.environ[name]

    def take(self):
        """The calls that were made, and every run of octets that was written down."""
        text = self.log.read_text(errors="replace")
        self.log.unlink()
        calls = re.findall(r"^\d+: (C_\w+)", text, re.M)
        runs, octets = [], b""
        for line in text.splitlines():
            dump = re.match(r" +([0-9A-F]{8})((?:  ?[0-9A-F]{2}){1,16})", line)
            if dump and (octets or dump[1] == "00000000") and int(dump[1], 16) in (0, len(octets)):
                octets += bytes.fromhex(dump[2].replace(" ", ""))
                continue
            runs, octets = (runs + [octets] if octets else runs), b""
        return calls, runs + [octets], text


def opened_with(way, middle):
    bound = f"yuxin-unlock-2 1 token {way['key']}".encode()
    try:
        return AESGCM(middle).decrypt(bytes.fromhex(way["nonce"]), bytes.fromhex(way["sealed"]), bound)
    except InvalidTag:
        return None


def middles(runs):
    """What may be the key of 32 octets in what the token decrypted: the octets alone, or the end of a bare block's, with its mask undone."""
    for octets in runs:
        if len(octets) == 32:
            yield octets
        if len(octets) in (256, 384, 512) and octets[0] == 0:
            yield unmasked(octets)


def unmasked(block):
    """The last 32 octets of an encoding of OAEP with SHA-256 (RFC 8017 section 7.1.2), by ten lines of our own."""
    def mask(seed, count):
        return b"".join(hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range(count // 32 + 1))[:count]
    seed = bytes(a ^ b for a, b in zip(block[1:33], mask(block[33:], 32)))
    return bytes(a ^ b for a, b in zip(block[33:], mask(seed, len(block) - 33)))[-32:]


def check_module_sees_no_root_key(town, tokens):
    spied = Spied(town, tokens)
    if not spied.spy:
        print("SKIPPED: OpenSC's spy is not installed; what the module sees was not looked at")
        return
    root = root_key(town.online, pathlib.Path(town.passphrase).read_bytes().strip())
    way = next(way for way in json.loads((town.online / "keys/unlock.json").read_text())["ways"] if way["way"] == "token")
    with spied:
        by(town.online, "ca", "crl", "issuing", pin=tokens.pin_file("city"))
        calls, runs, text = spied.take()
        assert calls.count("C_Login") == 1 and "C_Decrypt" in calls, calls
        assert root not in b"".join(runs) and root.hex() not in re.sub(r"\s", "", text).lower()
        # were the octets of that call not to be found so, this would prove nothing: with them and the file the root key opens
        assert any(opened_with(way, middle) == root for middle in middles(runs)), "the search would not find what goes through the module"
        wrong = tokens.folder / "wrong.pin"
        wrong.write_text("not the PIN\n")
        refused = by(town.online, "ca", "crl", "issuing", pin=wrong, expect=3)
        assert "The PIN is not that of token city" in refused.stderr and "\n" not in refused.stderr.strip(), refused.stderr
        calls, _, _ = spied.take()
        assert calls.count("C_Login") == 1 and "C_Decrypt" not in calls, calls


def check_away(town, tokens):
    pin = tokens.pin_file("city")
    tokens.unplug()
    refused = by(town.online, "ca", "crl", "issuing", pin=pin, expect=7)
    assert "There is no token pkcs11:token=city" in refused.stderr and "--passphrase-file FILE" in refused.stderr, refused.stderr
    by(town.online, "ca", "crl", "issuing", passphrase=town.passphrase)
    terminal = Terminal(town.folder, "--home", town.online.resolve(), "ca", "crl", "issuing")
    terminal.answer("(?s)There is no token pkcs11:token=city.*Passphrase for the keys", pathlib.Path(town.passphrase).read_text())
    code, said = terminal.finish()
    assert code == 0, said
    assert "WARN" in by(town.online, "doctor", expect=None).stdout
    tokens.plug_in()
    by(town.online, "ca", "crl", "issuing", pin=pin)


def check_another_token(town, tokens, name):
    """Somebody puts a token of the same name there, with a key of the same name."""
    tokens.unplug()
    pin = tokens.pins["city"]
    run("softhsm2-util", "--init-token", "--free", "--label", "city", "--pin", pin, "--so-pin", "security-officer")
    refused = by(town.online, "ca", "crl", "issuing", pin=tokens.pin_file("city"), expect=7)
    assert "There is no key" in refused.stderr, refused.stderr
    tokens.tool("city", "--keypairgen", "--key-type", "rsa:2048", "--label", name.split("object=")[1], "--usage-decrypt")
    refused = by(town.online, "ca", "crl", "issuing", pin=tokens.pin_file("city"), expect=6)
    assert "another key" in refused.stderr, refused.stderr
    for path in sorted(tokens.store.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    tokens.plug_in()


def check_serving(town, tokens):
    """A server that the token unlocked goes on when it is pulled: its keys are in the home."""
    certificate = town.issue("portal", "tls-client")
    with town.serve(unlock=("--pin-file", tokens.pin_file("city"))) as server:
        assert "good" in town.ocsp(certificate)
        tokens.unplug()
        assert "good" in town.ocsp(certificate)
        tokens.plug_in()
        assert server.stop() == 0


def check_rotated(town, tokens):
    pin = tokens.pin_file("city")
    by(town.online, "key", "rotate", "root", pin=pin)
    assert [way["way"] for way in ways(town.online)] == ["token"]
    by(town.online, "key", "verify", pin=pin)
    refused = by(town.online, "ca", "crl", "issuing", passphrase=town.passphrase, expect=3)
    assert "yuxin unlock list" in refused.stderr, refused.stderr
    last = by(town.online, "unlock", "remove", ways(town.online)[0]["name"], pin=pin, expect=5)
    assert "last way" in last.stderr
    new = town.folder / "new.pass"
    new.write_text("a new passphrase of the home\n")
    new.chmod(0o600)
    by(town.online, "unlock", "add", "passphrase", "--new-passphrase-file", new, pin=pin)
    by(town.online, "ca", "crl", "issuing", passphrase=new)
    by(town.online, "unlock", "remove", "pkcs11:token=other;object=x", passphrase=new, expect=4)
    by(town.online, "unlock", "remove", next(way["name"] for way in ways(town.online) if way["way"] == "token"), passphrase=new)
    assert [way["way"] for way in ways(town.online)] == ["passphrase"]
    by(town.online, "ca", "crl", "issuing", pin=pin, expect=2)
    log = by(town.online, "audit", "log", "--limit", "0").stdout
    assert "key.token" in log and "key.way-removed" in log and "key.passphrase" in log
    by(town.online, "audit", "verify")


def check_key_of_its_own(town, tokens):
    """The root's home, by a key that OpenSC made, with the PIN's file in the URI: nothing need be given any more."""
    soft_tokens.set_keys(town.root_home, tokens.module)
    tokens.tool("city", "--keypairgen", "--key-type", "rsa:2048", "--label", "opens-the-root", "--id", "77", "--usage-decrypt")
    uri = f"pkcs11:token=city;object=opens-the-root?pin-source=file:{tokens.pin_file('city')}"
    by(town.root_home, "unlock", "add", uri, passphrase=town.passphrase)
    by(town.root_home, "ca", "crl", "root")
    by(town.root_home, "unlock", "remove", "passphrase")
    by(town.root_home, "ca", "crl", "root")
    listed = by(town.root_home, "unlock", "list").stdout
    assert "opens-the-root" in listed and "pin-source" not in listed and "passphrase" not in listed, listed


def check_no_pin(town, tokens):
    for home in (town.root_home, town.online):
        for path in home.rglob("*"):
            assert not path.is_file() or tokens.pins["city"].encode() not in path.read_bytes(), f"the PIN is in {path}"
    assert tokens.pins["city"] not in (town.folder / "serve.log").read_text(errors="replace")


def main():
    with tempfile.TemporaryDirectory(prefix="yuxin-unlock-") as folder:
        tokens = soft_tokens.Tokens(pathlib.Path(folder))
        tokens.add("city")
        with city.City() as town:
            soft_tokens.set_keys(town.online, tokens.module)
            name = check_added(town, tokens)
            check_opens(town, tokens)
            check_module_sees_no_root_key(town, tokens)
            check_away(town, tokens)
            check_another_token(town, tokens, name)
            check_serving(town, tokens)
            check_rotated(town, tokens)
            check_key_of_its_own(town, tokens)
            check_no_pin(town, tokens)
    print("a token unlocks a home, and what it should not open stays shut")


if __name__ == "__main__":
    main()
