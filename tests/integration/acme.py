"""ACME over the whole program: certbot, lego and dehydrated get certificates by each challenge, and what must be refused is."""
import hashlib
import os
import re
import shutil

import city

try:
    import _acme_world as acme
except ImportError as error:
    city.skip(f"Python's cryptography is not installed ({error})")

from cryptography import x509 as certificates
from cryptography.hazmat.primitives import serialization

CLIENTS = ("certbot", "lego", "dehydrated")


class Scene:
    """A city that serves ACME, with clients of clients.toml, a resolver and ports for challenges of its own."""

    def __init__(self):
        self.town = city.City()
        self.folder = self.town.folder
        self.resolver = acme.Resolver(self.folder / "txt")
        self.web_port, self.alpn_port = city.free_port(), city.free_port()
        self.set("resolver", f'"127.0.0.1:{self.resolver.port}"')
        self.set("http01_port", self.web_port)
        self.set("tls_alpn01_port", self.alpn_port)
        self.set("local_addresses", "true")
        self.set("caa_identities", '["ca.city.test"]')
        self.set("terms", '"https://city.test/terms"')
        self.bindings = {}
        self.add("portal", "tls-server", "device", under="city.test")
        self.add("other", "tls-server", under="other.test")
        self.directory = f"https://127.0.0.1:{self.town.ra_port}/acme/directory"

    def set(self, key, value):
        path = self.town.online / "yuxin.toml"
        text, count = re.subn(rf"^({key} *= ).*?( *#.*)?$", rf"\g<1>{value}", path.read_text(), flags=re.M)
        assert count == 1, (key, count)
        path.write_text(text)

    def add(self, name, *profiles, under):
        words = [word for profile in profiles for word in ("--profile", profile)]
        self.town.yuxin("client", "add", name, "--protocol", "acme", *words, "--under", under, "--secret-out", self.folder / f"{name}.secret")
        shown = self.town.json("acme", "key", name)
        # the key is made of the digest of the secret and nothing else
        digest = hashlib.sha256((self.folder / f"{name}.secret").read_text().strip().encode()).digest()
        key = acme.hmac.digest(digest, b"yuxin acme external account binding", "sha256")
        assert shown["kid"] == name and shown["hmac_key"] == acme.b64(key), shown
        self.bindings[name] = (name, key)

    def client(self, name="portal", key=None, **payload):
        made = acme.Client(self.directory, self.town.root, key)
        made.register(self.bindings[name], **payload)
        return made

    def web(self):
        return acme.Web(self.web_port, self.folder / "well-known")

    def by_web(self, challenge, text):
        (self.folder / "well-known" / challenge["token"]).write_text(text + "\n")

    def by_dns(self, name):
        return lambda _, text: self.resolver.put(f"_acme-challenge.{name}", acme.b64(hashlib.sha256(text.encode()).digest()))

    def prove_all(self, wanted, **provers):
        """Names that are proven at the same time, name -> (challenge, put), each by an account of its own: what the authorizations became, by name.

        A challenge that fails is looked at for some seconds, two of an account at once."""
        self.provers = {name: provers.get(name) or self.client() for name in wanted}
        authorizations = {}
        for name, (kind, put) in wanted.items():
            _, order = self.provers[name].order(name)
            authorizations[name] = order["authorizations"][0]
            self.provers[name].begin(authorizations[name], kind, put)
        return {name: self.provers[name].proven(authorization) for name, authorization in authorizations.items()}

    def issue(self, client, *names, **more):
        """A certificate by http-01: (address of the order, PEM chain, key)."""
        url, order = client.order(*names, **more)
        for authorization in order["authorizations"]:
            done = client.prove(authorization, "http-01", self.by_web)
            assert done["status"] == "valid", done
        key = acme.ec.generate_private_key(acme.ec.SECP256R1())
        client.finalize(order, names, key)
        return url, client.certificate(url), key

    def check(self, pem, name):
        """openssl accepts the chain for the name, and OCSP says good."""
        chain = self.folder / "chain.pem"
        chain.write_text(pem)
        city.run("openssl", "verify", "-CAfile", self.town.root, "-untrusted", chain, "-verify_hostname", name, "-purpose", "sslserver", chain)
        assert ": good" in self.town.ocsp(chain)


def refused(kind, call, *words, status=None, **options):
    try:
        call(*words, **options)
    except acme.Refused as error:
        assert error.type == kind and (status is None or error.status == status), (kind, status, str(error))
        return error.problem
    raise AssertionError(f"not refused: {kind} {words}")


# Other people's clients

def check_certbot(scene):
    """http-01 by certbot's own web server, then a renewal, a key roll-over is not its trade, and a revocation with the certificate's key."""
    folder = scene.folder
    kid, key = scene.bindings["portal"]
    certbot = ["certbot", "--config-dir", folder / "cb", "--work-dir", folder / "cbw", "--logs-dir", folder / "cbl", "--non-interactive", "--server",
               scene.directory]
    env = {**os.environ, "REQUESTS_CA_BUNDLE": str(scene.town.root)}
    city.run(*certbot, "certonly", "--standalone", "--http-01-port", scene.web_port, "--preferred-challenges", "http", "--agree-tos", "-m", "it@city.test",
             "--eab-kid", kid, f"--eab-hmac-key={acme.b64(key)}", "-d", "www.city.test", "-d", "shop.city.test", "--key-type", "ecdsa", env=env)
    live = folder / "cb/live/www.city.test"
    scene.check((live / "fullchain.pem").read_text(), "shop.city.test")
    first = scene.town.serial(live / "cert.pem")
    city.run(*certbot, "renew", "--force-renewal", "--no-random-sleep-on-renew", "--http-01-port", scene.web_port, env=env)
    assert scene.town.serial(live / "cert.pem") != first
    city.run(*certbot, "revoke", "--cert-path", live / "cert.pem", "--key-path", live / "privkey.pem", "--reason", "keycompromise",
             "--no-delete-after-revoke", env=env)
    assert "revoked" in scene.town.ocsp(live / "cert.pem")
    city.run(*certbot, "certonly", "--standalone", "--http-01-port", scene.web_port, "-d", "www.other.test", env=env, expect=1)
    # what it tells the user differs from release to release; what it was told is in its log
    assert "lies under none of the domains" in (folder / "cbl/letsencrypt.log").read_text()


def lego(scene, *words, domains, expect=0, **env):
    kid, key = scene.bindings["portal"]
    options = [word for domain in domains for word in ("--domains", domain)]
    return city.run("lego", "--server", scene.directory, "--accept-tos", "--email", "it@city.test", "--eab", "--kid", kid, f"--hmac={acme.b64(key)}", "--path",
                    scene.folder / "lego", *options, *words, env={**os.environ, "LEGO_CA_CERTIFICATES": str(scene.town.root), **env}, expect=expect)


def check_lego(scene):
    """tls-alpn-01, and dns-01 for a wildcard by a hook that writes to the resolver; then a revocation by the account."""
    issued = scene.folder / "lego/certificates"
    lego(scene, "--tls", "--tls.port", f"127.0.0.1:{scene.alpn_port}", "run", domains=["alpn.city.test"])
    scene.check((issued / "alpn.city.test.crt").read_text(), "alpn.city.test")
    hook = scene.folder / "hook"
    hook.write_text(f'#!/bin/sh\nname=${{2%.}}\ncase $1 in\npresent) echo "$3" >> "{scene.resolver.texts}/$name" ;;\n'
                    f'cleanup) rm -f "{scene.resolver.texts}/$name" ;;\nesac\n')
    hook.chmod(0o755)
    lego(scene, "--dns", "exec", "--dns.disable-cp", "--dns.resolvers", f"127.0.0.1:{scene.resolver.port}", "run", domains=["*.wild.city.test", "wild.city.test"],
         EXEC_PATH=str(hook), EXEC_SEQUENCE_INTERVAL="1", EXEC_POLLING_INTERVAL="1")  # otherwise it rests for a minute between its two challenges
    scene.check((issued / "_.wild.city.test.crt").read_text(), "anything.wild.city.test")
    lego(scene, "revoke", domains=["alpn.city.test"])


def check_dehydrated(scene):
    kid, key = scene.bindings["portal"]
    base = scene.folder / "dehydrated"
    (base / "certs").mkdir(parents=True)
    config = base / "config"
    config.write_text(f'CA="{scene.directory}"\nBASEDIR="{base}"\nWELLKNOWN="{scene.folder}/well-known"\nCHALLENGETYPE="http-01"\nKEY_ALGO=prime256v1\n'
                      f'EAB_KID="{kid}"\nEAB_HMAC_KEY="{acme.b64(key)}"\nCURL_OPTS="--cacert {scene.town.root}"\nCONTACT_EMAIL="it@city.test"\n')
    with scene.web():
        city.run("dehydrated", "--config", config, "--register", "--accept-terms")
        city.run("dehydrated", "--config", config, "--cron", "--domain", "dehydrated.city.test")
        pem = base / "certs/dehydrated.city.test"
        scene.check((pem / "fullchain.pem").read_text(), "dehydrated.city.test")
        shutil.copy(pem / "cert.pem", scene.folder / "revoked.pem")  # it renames what it revokes
        city.run("dehydrated", "--config", config, "--revoke", pem / "cert.pem")
    assert "revoked" in scene.town.ocsp(scene.folder / "revoked.pem")


# What the clients do not show

def check_directory(scene):
    client = acme.Client(scene.directory, scene.town.root)
    meta = client.directory["meta"]
    assert meta["externalAccountRequired"] is True and meta["termsOfService"] == "https://city.test/terms", meta
    assert meta["caaIdentities"] == ["ca.city.test"] and set(meta["profiles"]) == {"tls-server", "device"}, meta
    reply = client.http(client.directory["newNonce"])
    assert reply.status == 204 and reply.headers["Replay-Nonce"] and reply.headers["Cache-Control"] == "no-store"
    assert f'<{scene.directory}>;rel="index"' in reply.headers.get_all("Link")
    assert client.http(scene.directory.replace("directory", "nothing")).status in (404, 405)


def check_accounts(scene):
    stranger = acme.Client(scene.directory, scene.town.root)
    refused("externalAccountRequired", stranger.register, status=403)
    refused("unauthorized", stranger.register, ("portal", b"wrong"))
    refused("unauthorized", stranger.register, ("nobody", bytes(32)))
    refused("userActionRequired", stranger.register, scene.bindings["portal"], termsOfServiceAgreed=False)
    refused("unsupportedContact", stranger.register, scene.bindings["portal"], contact=["tel:+8623"])
    refused("invalidContact", stranger.register, scene.bindings["portal"], contact=["mailto:a@city.test?subject=x"])
    refused("accountDoesNotExist", stranger.register, onlyReturnExisting=True)
    for kind in ("ES256", "ES384", "RS256", "EdDSA"):
        client = acme.Client(scene.directory, scene.town.root, acme.Key(kind))
        made = client.register(scene.bindings["portal"], contact=["mailto:it@city.test"])
        assert made.status == 201 and made.json["status"] == "valid" and made.json["contact"] == ["mailto:it@city.test"], made.json
        again = acme.Client(scene.directory, scene.town.root, client.key)
        found = again.register(onlyReturnExisting=True)
        assert found.status == 200 and found.headers["Location"] == client.account
    changed = client.post(client.account, {"contact": ["mailto:other@city.test"]}).json
    assert changed["contact"] == ["mailto:other@city.test"]
    refused("unauthorized", client.post, made.headers["Location"][:-1] + "A" if made.headers["Location"][-1] != "A" else made.headers["Location"][:-1] + "B")
    assert client.post(client.account, {"status": "deactivated"}).json["status"] == "deactivated"
    refused("unauthorized", client.order, "a.city.test", status=401)
    rows = scene.town.json("acme", "list")["accounts"]
    assert [row["status"] for row in rows if row["account"] == client.account.rsplit("/", 1)[-1]] == ["deactivated"], rows


def check_signatures(scene):
    client = scene.client()
    url = client.directory["newOrder"]
    good = {"identifiers": [{"type": "dns", "value": "a.city.test"}]}
    message = client.message(url, good)
    client.raw(url, message)
    refused("badNonce", client.raw, url, message)  # sent again
    refused("badNonce", client.post, url, good, header={"nonce": acme.b64(bytes(24))})
    refused("unauthorized", client.post, url, good, header={"url": url + "x"})
    refused("malformed", client.raw, url, {**client.message(url, good), "signature": acme.b64(bytes(64))})
    refused("malformed", client.post, url, good, key=acme.Key())
    refused("malformed", client.raw, url, {**client.message(url, good), "header": {"kid": client.account}})
    refused("malformed", client.post, url, good, header={"crit": ["exp"], "exp": 1})
    refused("malformed", client.post, url, good, header={"jwk": client.key.jwk})
    refused("malformed", client.raw, url, client.message(url, good), content_type="application/json", status=415)
    refused("accountDoesNotExist", client.post, url, good, header={"kid": client.account[:-22] + "A" * 22})
    for algorithm in ("none", "HS256", "ES384", "RS256", "ES512"):
        problem = refused("badSignatureAlgorithm", client.post, url, good, header={"alg": algorithm})
        assert "ES256" in problem["algorithms"], problem
    secret = acme.jws({"alg": "HS256", "nonce": client.nonce(), "url": url, "kid": client.account}, good,
                      lambda data: acme.hmac.digest(client.key.thumbprint.encode(), data, "sha256"))
    refused("badSignatureAlgorithm", client.raw, url, secret)
    bad = acme.Client(scene.directory, scene.town.root)
    bad.key.jwk = {**bad.key.jwk, "y": acme.b64(bytes(32))}
    refused("badPublicKey", bad.register, scene.bindings["portal"])


def check_orders(scene):
    client = scene.client()
    with scene.web():
        url, order = client.order("Order.City.Test", "order2.city.test")
        assert [one["value"] for one in order["identifiers"]] == ["order.city.test", "order2.city.test"], order
        assert order["status"] == "pending" and order["profile"] == "tls-server"
        refused("orderNotReady", client.finalize, order, ["order.city.test"], status=403)
        for authorization in order["authorizations"]:
            assert client.prove(authorization, "http-01", scene.by_web)["status"] == "valid"
        assert client.post(url).json["status"] == "ready"
        refused("badCSR", client.finalize, order, ["order.city.test"])
        refused("badCSR", client.finalize, order, ["order.city.test", "order2.city.test", "more.city.test"])
        refused("badCSR", client.finalize, order, ["order.city.test", "order2.city.test"], client.key.private)
        refused("badCSR", client.finalize, order, ["order.city.test", "order2.city.test"], subject="mayor.city.test")
        client.finalize(order, ["order.city.test", "order2.city.test"], subject="order.city.test")
        chain = client.certificate(url)
        scene.check(chain, "order2.city.test")
        assert chain.count("BEGIN CERTIFICATE") == 2, chain  # with the issuing authority's, without the root's
        refused("orderNotReady", client.finalize, order, ["order.city.test", "order2.city.test"])
        # what was proven stays so, and another profile is another certificate
        url, order = client.order("order.city.test", profile="device")
        assert order["status"] == "ready" and order["profile"] == "device", order
        client.finalize(order, ["order.city.test"], subject="order.city.test")
        serial = certificates.load_pem_x509_certificate(client.certificate(url).encode()).serial_number
        shown = scene.town.json("cert", "show", f"{serial:X}".zfill(2 * ((len(f"{serial:X}") + 1) // 2)))
        assert shown["profile"] == "device", shown
        listed = client.post(client.post(client.account).json["orders"]).json["orders"]
        assert len(listed) == 2 and url in listed, listed
        # until it is given up
        assert client.post(order["authorizations"][0], {"status": "deactivated"}).json["status"] == "deactivated"
        assert client.order("order.city.test")[1]["status"] == "pending"
        stranger = scene.client()
        for address in (url, order["authorizations"][0], order["finalize"]):
            refused("unauthorized", stranger.post, address)
    refused("rejectedIdentifier", client.order, "www.other.test")
    refused("rejectedIdentifier", client.order, "evilcity.test")
    problem = refused("rejectedIdentifier", client.order, "a.city.test", "b.other.test", "c.other.test")
    assert [one["identifier"]["value"] for one in problem["subproblems"]] == ["b.other.test", "c.other.test"], problem
    for name in ("a_b.city.test", "*.*.city.test", "a..city.test", "city.test.", "192.0.2.1", "xn--a.city.test", "bücher.city.test"):
        refused("rejectedIdentifier", client.order, name)
    refused("unsupportedIdentifier", client.post, client.directory["newOrder"], {"identifiers": [{"type": "ip", "value": "192.0.2.1"}]})
    refused("malformed", client.post, client.directory["newOrder"], {"identifiers": []})
    refused("malformed", client.order, "a.city.test", notAfter="2030-01-01T00:00:00Z")
    refused("invalidProfile", client.order, "a.city.test", profile="sub-ca")
    assert client.order("xn--bcher-kva.city.test")[1]["status"] == "pending"


def check_challenges(scene):
    client = scene.client()
    scene.resolver.addresses["nobody.city.test"] = None
    with scene.web() as web:
        def lead(challenge, _):
            web.redirects[f"/.well-known/acme-challenge/{challenge['token']}"] = f"http://led.city.test:{scene.town.public_port}/ca/issuing.cer"
        judged = scene.prove_all({
            "wrong.city.test": ("http-01", lambda challenge, text: scene.by_web(challenge, text + "x")),
            "absent.city.test": ("http-01", lambda *_: None),
            "text.city.test": ("dns-01", lambda *_: scene.resolver.put("_acme-challenge.text.city.test", "x", "y")),
            "nobody.city.test": ("http-01", scene.by_web),
            "led.city.test": ("http-01", lead)})  # a redirect to a port that no challenge has
        for name, error in (("wrong", "unauthorized"), ("absent", "connection"), ("text", "unauthorized"), ("nobody", "dns"), ("led", "connection")):
            done = judged[f"{name}.city.test"]
            assert done["status"] == "invalid" and done["challenges"][0]["error"]["type"].endswith(f":{error}"), done
        assert "redirect" in judged["led.city.test"]["challenges"][0]["error"]["detail"], judged["led.city.test"]
        loser = scene.provers["wrong.city.test"]
        assert loser.post(loser.order("wrong.city.test")[0]).json["status"] == "pending"
    # many strings at one name: the answer comes by TCP
    _, order = client.order("*.many.city.test")
    challenges = client.post(order["authorizations"][0]).json
    assert challenges["wildcard"] and [one["type"] for one in challenges["challenges"]] == ["dns-01"], challenges

    def among_many(_, text):
        scene.resolver.put("_acme-challenge.many.city.test", *("x" * 100 for _ in range(20)), acme.b64(hashlib.sha256(text.encode()).digest()))
    assert client.prove(order["authorizations"][0], "dns-01", among_many)["status"] == "valid"


def check_caa(scene):
    client, other = scene.client(), scene.client()
    cases = {
        "one.city.test": ([(0, "issue", "ca.city.test")], True),
        "two.city.test": ([(0, "issue", "letsencrypt.org")], False),
        "three.city.test": ([(0, "issue", "ca.city.test; validationmethods=http-01")], False),
        "four.city.test": ([(0, "issue", f"ca.city.test; accounturi={client.account}; validationmethods=dns-01")], True),
        "four-other.city.test": ([(0, "issue", f"ca.city.test; accounturi={other.account}; validationmethods=dns-01")], False),
        "five.city.test": ([(128, "unheard", "of")], False),
        "six.city.test": ([(0, "iodef", "mailto:it@city.test")], True)}
    scene.resolver.caa = {name: records for name, (records, _) in cases.items()}
    judged = scene.prove_all({name: ("dns-01", scene.by_dns(name)) for name in cases}, **{"four.city.test": client})
    for name, (_, allowed) in cases.items():
        done = judged[name]
        assert done["status"] == ("valid" if allowed else "invalid"), (name, done)
        assert allowed or done["challenges"][0]["error"]["type"].endswith(":caa"), done
    scene.resolver.caa = {"city.test": [(0, "issuewild", ";")]}
    _, order = client.order("*.seven.city.test")
    assert client.prove(order["authorizations"][0], "dns-01", scene.by_dns("seven.city.test"))["status"] == "invalid"
    scene.resolver.caa = {}


def check_key_change(scene):
    client = scene.client()
    url = client.directory["keyChange"]
    new = acme.Key("EdDSA")

    def inside(account, old, key, header=None):
        return acme.jws({"alg": key.kind, "jwk": key.jwk, "url": url, **(header or {})}, {"account": account, "oldKey": old}, key.sign)
    refused("malformed", client.post, url, inside(client.account, new.jwk, new))
    refused("malformed", client.post, url, inside(client.account + "x", client.key.jwk, new))
    refused("malformed", client.post, url, inside(client.account, client.key.jwk, new, {"url": url + "x"}))
    other = scene.client()
    problem = refused("malformed", client.post, url, inside(client.account, client.key.jwk, other.key), status=409)
    assert "already" in problem["detail"], problem
    client.post(url, inside(client.account, client.key.jwk, new))
    refused("badSignatureAlgorithm", client.order, "rolled.city.test")  # the old key, of another kind, signs no more
    client.key = new
    with scene.web():
        scene.issue(client, "rolled.city.test")


def check_renewal(scene):
    client = scene.client()
    with scene.web():
        _, pem, _ = scene.issue(client, "renewed.city.test")
        leaf = certificates.load_pem_x509_certificate(pem.encode())
        authority = leaf.extensions.get_extension_for_class(certificates.AuthorityKeyIdentifier).value.key_identifier
        size = (leaf.serial_number.bit_length() + 8) // 8
        name = f"{acme.b64(authority)}.{acme.b64(leaf.serial_number.to_bytes(size, 'big'))}"
        info = client.http(f"{client.directory['renewalInfo']}/{name}")
        assert info.status == 200 and int(info.headers["Retry-After"]) > 0, info.json
        window = info.json["suggestedWindow"]
        assert window["start"] < window["end"] and str(leaf.not_valid_after)[:4] >= window["start"][:4], window
        assert client.http(f"{client.directory['renewalInfo']}/AAAA.AAAA").status == 404
        assert client.http(f"{client.directory['renewalInfo']}/nothing").status == 400
        stranger = scene.client()
        refused("unauthorized", stranger.order, "renewed.city.test", replaces=name)
        refused("malformed", client.order, "unrelated.city.test", replaces=name)
        _, order = client.order("renewed.city.test", replaces=name)
        assert order["replaces"] == name, order
        refused("alreadyReplaced", client.order, "renewed.city.test", replaces=name, status=409)


def check_revocation(scene):
    client, stranger = scene.client(), scene.client()
    url = client.directory["revokeCert"]
    with scene.web():
        _, pem, key = scene.issue(client, "gone.city.test")
        der = acme.b64(certificates.load_pem_x509_certificate(pem.encode()).public_bytes(serialization.Encoding.DER))
        refused("unauthorized", stranger.post, url, {"certificate": der}, status=403)
        refused("badRevocationReason", client.post, url, {"certificate": der, "reason": 6})
        refused("malformed", client.post, url, {"certificate": der[:-8]})
        # an account that has proven the name may revoke what another account got for it
        _, order = stranger.order("gone.city.test")
        assert stranger.prove(order["authorizations"][0], "http-01", scene.by_web)["status"] == "valid"
        # but not say of the other's key that it has leaked
        refused("unauthorized", stranger.post, url, {"certificate": der, "reason": 1}, status=403)
        stranger.post(url, {"certificate": der, "reason": 4})
        refused("alreadyRevoked", client.post, url, {"certificate": der})
        _, leaked, _ = scene.issue(client, "gone.city.test")
        own = acme.b64(certificates.load_pem_x509_certificate(leaked.encode()).public_bytes(serialization.Encoding.DER))
        client.post(url, {"certificate": own, "reason": 1})
        (scene.folder / "gone.pem").write_text(pem)
        assert "revoked" in scene.town.ocsp(scene.folder / "gone.pem")
    # what machines may not have, they may not revoke, whoever holds the key
    officer = scene.town.issue("officer", "officer")
    holder = acme.Client(scene.directory, scene.town.root)
    holder.key.private = serialization.load_pem_private_key((scene.folder / "officer.key").read_bytes(), None)
    numbers = holder.key.private.public_key().public_numbers()
    holder.key.jwk = {"crv": "P-256", "kty": "EC", "x": acme.b64(numbers.x.to_bytes(32, "big")), "y": acme.b64(numbers.y.to_bytes(32, "big"))}
    der = certificates.load_pem_x509_certificate(officer.read_bytes()).public_bytes(serialization.Encoding.DER)
    refused("unauthorized", holder.post, url, {"certificate": acme.b64(der)}, by_jwk=True)


def check_restart(scene):
    """A server that is killed between the steps takes them up again at the next poll; a nonce from before is replaced by the client."""
    with scene.web():
        with scene.town.serve() as server:
            client = scene.client()
            url, order = client.order("crash.city.test")
            challenge = client.challenge_of(order["authorizations"][0], "http-01")
            client.post(challenge["url"], {})  # nothing is there yet: it looks again within seconds
            server.kill()
        scene.by_web(challenge, client.key_authorization(challenge))
        with scene.town.serve() as server:
            refused("badNonce", client.post, url)
            client.nonces.clear()
            assert client.wait(order["authorizations"][0], "valid", "invalid")["status"] == "valid"
            client.finalize(order, ["crash.city.test"])
            server.kill()
        with scene.town.serve():
            client.nonces.clear()
            scene.check(client.certificate(url), "crash.city.test")


def check_operator(scene):
    client = scene.client()
    name = client.account.rsplit("/", 1)[-1]
    scene.town.yuxin("acme", "deactivate", name, "--yes")
    scene.town.yuxin("acme", "deactivate", name, "--yes", expect=5)
    scene.town.yuxin("acme", "deactivate", "nobody", "--yes", expect=4)
    refused("unauthorized", client.order, "a.city.test", status=401)
    # a client that is removed takes its accounts with it
    other = scene.client("other")
    scene.town.yuxin("client", "remove", "other", "--yes")
    refused("unauthorized", other.order, "www.other.test")


def main():
    scene = Scene()
    with scene.town.serve():
        for check in (check_directory, check_accounts, check_signatures, check_orders, check_challenges, check_caa, check_key_change, check_renewal,
                      check_revocation):
            check(scene)
        for name, check in zip(CLIENTS, (check_certbot, check_lego, check_dehydrated)):
            if shutil.which(name):
                check(scene)
            else:
                print(f"{name} is not installed; it was not asked")
        check_operator(scene)
    check_restart(scene)
    assert scene.town.json("audit", "verify")["problems"] == []
    scene.resolver.stop()
    print("ACME holds")


main()
