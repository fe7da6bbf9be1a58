"""Authorities and services whose keys are on tokens: SoftHSM2 end to end, judged by openssl and by OpenSC. Certificates are issued and OCSP is
answered from tokens; the token is pulled while the server runs and put back, and the server goes on by itself; no PIN is in a file of a home."""
import os
import pathlib
import tempfile
import time
import urllib.request

import city
from city import run
from soft_tokens import Tokens, set_keys

city.need("openssl", "softhsm2-util", "pkcs11-tool")


class TokenCity:
    """An online home and a root's, both with an authority whose key is on a token."""

    def __init__(self, town, tokens):
        self.town, self.tokens = town, tokens
        self.root, self.issuing, self.csr = town.folder / "root-t.pem", town.folder / "issuing-t.pem", town.folder / "issuing-t.csr"

    def at_root(self, *words, expect=0):
        return run(city.YUXIN, "--home", self.town.root_home, "--passphrase-file", self.town.passphrase, *words, expect=expect)

    def found(self):
        set_keys(self.town.root_home, self.tokens.module)
        set_keys(self.town.online, self.tokens.module, self.tokens.uri("issuing"))
        self.at_root("ca", "create", "root-t", "--root", "--key", "ec:P-384", "--token", self.tokens.uri("root"), "--subject", "C=CN, CN=Root T", "--yes")
        self.root.write_text(self.at_root("ca", "show", "root-t", "--pem").stdout)
        self.town.yuxin("ca", "create", "issuing-t", "--key", "rsa:3072", "--token", self.tokens.uri("issuing"), "--subject", "C=CN, CN=Issuing T",
                        "--out", self.csr, "--yes")
        run("openssl", "req", "-in", self.csr, "-noout", "-verify")
        self.at_root("cert", "issue", "--ca", "root-t", "--profile", "sub-ca", "--csr", self.csr, "--out", self.issuing)
        self.town.yuxin("ca", "import-certificate", "root-t", self.root, "--yes")
        self.town.yuxin("ca", "import-certificate", "issuing-t", self.issuing, "--yes")

    def issue(self, name, expect=0):
        csr = self.town.request(name, f"/C=CN/O=Test City/CN={name}.city.test")
        out = self.town.folder / f"{name}.pem"
        done = self.town.yuxin("cert", "issue", "--ca", "issuing-t", "--profile", "tls-server", "--csr", csr, "--san", f"dns:{name}.city.test", "--out",
                               out, expect=expect)
        return out if expect == 0 else done

    def ocsp(self, certificate):
        """What openssl's client hears; with a nonce, so that every answer is signed now."""
        done = run("openssl", "ocsp", "-CAfile", self.root, "-verify_other", self.issuing, "-issuer", self.issuing, "-cert", certificate, "-url",
                   f"{self.town.url}/ocsp", expect=None)
        return done.stdout + done.stderr

    def says(self, certificate, words, seconds=0):
        end = time.monotonic() + seconds
        while words not in (text := self.ocsp(certificate)):
            assert time.monotonic() < end, f"openssl does not hear {words!r}:\n{text}"
            time.sleep(0.2)
        return text


def check_issuing(place):
    certificate = place.issue("portal")
    run("openssl", "verify", "-x509_strict", "-CAfile", place.root, "-untrusted", place.issuing, certificate)
    for home, name in ((place.town.root_home, "root-t"), (place.town.online, "issuing-t")):
        assert not list((home / "keys").glob(f"{name}*")), "the key is in the home"
    # OpenSC sees the keys, and that they cannot leave
    for label, name in (("root", "root-t"), ("issuing", "issuing-t")):
        seen = place.tokens.tool(label, "--list-objects", "--type", "privkey", "--label", name)
        assert "always sensitive, never extractable, local" in seen, seen
    # a name that is taken on the token is not taken silently, and never overwritten
    refused = place.town.yuxin("key", "generate", "issuing-t", "--token", place.tokens.uri("issuing"), expect=5)
    assert "already" in refused.stderr
    return certificate


def check_list_of_keys(place):
    keys = {key["name"]: key for key in place.town.json("key", "list")}
    assert keys["pkcs11:token=issuing;object=issuing-t"] | {"identifier": ""} == {
        "name": "pkcs11:token=issuing;object=issuing-t", "place": "token", "token": "issuing", "for": ["authority issuing-t"], "kind": "rsa:3072",
        "identifier": ""}
    assert keys["ledger"]["place"] == "home"
    services = [key for key in keys.values() if key["for"] == ["an OCSP signer"] and key["place"] == "token"]
    assert services and all(key["name"].startswith("pkcs11:token=issuing;object=ocsp-issuing-t-") for key in services), keys
    listed = {line.split()[-1] for line in place.tokens.tool("issuing", "--list-objects", "--type", "pubkey").splitlines() if "label:" in line}
    assert {key["name"].split("object=")[1] for key in keys.values() if key["place"] == "token"} <= listed


def check_pulled(place, certificate):
    town = place.town
    with town.serve() as server:
        text = place.says(certificate, "good")
        assert "Response verify OK" in text, text
        check_list_of_keys(place)
        place.tokens.pull()
        place.says(certificate, "trylater", seconds=10)
        refused = place.issue("early", expect=7)
        assert "Is its token" in refused.stderr, refused.stderr
        assert town.yuxin("doctor", expect=1).stdout.count("FAIL   keys") >= 1
        # what needs no key is served on
        assert town.get("/crl/issuing-t.crl")[0] == 200
        assert town.get("/healthz")[0] == 200
        time.sleep(3)
        place.says(certificate, "trylater")
        place.tokens.put_back()
        place.says(certificate, "good", seconds=20)
        assert "Response verify OK" in place.ocsp(certificate)
        second = place.issue("later")
        place.says(second, "good", seconds=5)
        town.revoke(certificate)
        place.says(certificate, "revoked", seconds=10)
        assert server.stop() == 0
    doctor = town.yuxin("doctor", expect=None).stdout
    assert "ok     keys" in doctor, doctor


def check_stamps(place):
    """A time stamp key that is replaced goes where the services' keys are now, and openssl believes its stamps."""
    town = place.town
    old = town.json("cert", "list", "--profile", "timestamp")["certificates"][0]
    town.yuxin("cert", "revoke", old["serial"], "--reason", "superseded", "--yes")
    with town.serve():
        query, reply = town.folder / "q.tsq", town.folder / "r.tsr"
        run("openssl", "ts", "-query", "-data", town.passphrase, "-cert", "-out", query)
        request = urllib.request.Request(f"{town.url}/tsa", data=query.read_bytes(), headers={"Content-Type": "application/timestamp-query"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            reply.write_bytes(answer.read())
        run("openssl", "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", town.root)
    keys = {use: key["place"] for key in town.json("key", "list") for use in key["for"]}
    assert keys["the time stamp authority"] == "token", keys


def check_identity(place):
    """An officer whose key and certificate are on a token, and one whose certificate is in a file."""
    town, tokens = place.town, place.tokens
    tokens.add("officer")
    certificate = town.issue("zhang", "person-signing")
    run("softhsm2-util", "--import", town.folder / "zhang.key", "--token", "officer", "--label", "zhang", "--id", "0a0b", "--pin", tokens.pins["officer"])
    notice, signed = town.folder / "notice", town.folder / "notice.p7m"
    notice.write_text("water is off on Friday\n")
    chain = town.folder / "chain.pem"
    chain.write_text(town.root.read_text() + town.issuing.read_text())

    def sign(*words, expect=0):
        signed.unlink(missing_ok=True)
        return town.yuxin(*words, "sign", notice, "--out", signed, expect=expect)

    def judge():
        options = ("-inform", "DER", "-binary", "-content", notice, "-CAfile", chain, "-purpose", "any")
        run("openssl", "cms", "-verify", "-in", signed, *options, "-out", os.devnull)

    identity = "pkcs11:token=officer;object=zhang"
    assert "certificate" in sign("--as", identity, "--pin-file", tokens.pin_file("officer"), expect=4).stderr
    sign("--as", identity, "--pin-file", tokens.pin_file("officer"), "--as-certificate", certificate)
    judge()
    tokens.tool("officer", "--write-object", der_of(certificate), "--type", "cert", "--label", "zhang", "--id", "0a0b")
    sign("--as", identity, "--pin-file", tokens.pin_file("officer"))
    judge()
    sign("--as", f"pkcs11:token=officer;id=%0a%0b?pin-source=file:{tokens.pin_file('officer')}")
    judge()
    # somebody else's certificate is no identity, and a wrong PIN opens nothing
    other = town.issue("li", "person-signing")
    sign("--as", identity, "--pin-file", tokens.pin_file("officer"), "--as-certificate", other, expect=6)
    sign("--as", identity, "--pin-file", tokens.pin_file("root"), expect=3)
    sign("--as", identity, expect=3)
    assert "PIN" in sign("--as", f"{identity}?pin-value={tokens.pins['officer']}", expect=2).stderr


def der_of(certificate):
    out = certificate.with_suffix(".der")
    run("openssl", "x509", "-in", certificate, "-outform", "DER", "-out", out)
    return out


def check_no_pin(place):
    for label, pin in place.tokens.pins.items():
        for home in (place.town.root_home, place.town.online, place.town.folder / "city"):
            for path in home.rglob("*"):
                assert not path.is_file() or pin.encode() not in path.read_bytes(), f"the PIN of {label} is in {path}"
        assert pin not in (place.town.folder / "serve.log").read_text(errors="replace"), f"the PIN of {label} is in the log"


def main():
    with tempfile.TemporaryDirectory(prefix="yuxin-tokens-") as folder:
        tokens = Tokens(pathlib.Path(folder))
        tokens.add("root")
        tokens.add("issuing")
        with city.City() as town:
            place = TokenCity(town, tokens)
            place.found()
            certificate = check_issuing(place)
            check_pulled(place, certificate)
            check_stamps(place)
            check_identity(place)
            check_no_pin(place)
    print("tokens: issuing, OCSP, pulling and putting back, identities and secrecy of PINs are as they should be")


if __name__ == "__main__":
    main()
