"""The main job, judged by openssl, GnuTLS, curl and nginx: a root and an issuing CA, requests made by others in, certificates that
others accept out, checked over OCSP and by CRL, and refused once they are revoked."""
import base64
import pathlib
import subprocess
import time
import urllib.parse
import urllib.request

import city
from city import run

city.need("openssl", "certtool", "ocsptool", "curl", "nginx")


def gnutls_request(town, name):
    key, template, csr = (town.folder / f"{name}.{kind}" for kind in ("key", "tmpl", "csr"))
    run("certtool", "--generate-privkey", "--key-type=ecdsa", "--curve=secp384r1", "--outfile", key)
    template.write_text(f'country = CN\norganization = "Test City"\ncn = "{name}"\n')
    run("certtool", "--generate-request", "--load-privkey", key, "--template", template, "--outfile", csr)
    return csr


def requests_of_many_kinds(town):
    """(name, request, profile, sans) for what other tools make."""
    yield "portal", town.request("portal", "/C=CN/O=Test City/CN=portal.city.test", options=("-addext", "subjectAltName=DNS:portal.city.test")), "tls-server", ["dns:portal.city.test"]
    yield "officer", town.request("officer", newkey=("rsa:2048",)), "tls-client", []
    yield "device", town.request("device", newkey=("ed25519",)), "device", []
    yield "p384", town.request("p384", newkey=("ec", "-pkeyopt", "ec_paramgen_curve:P-384")), "tls-client", []
    yield "gnutls", gnutls_request(town, "gnutls"), "tls-client", []
    der = town.folder / "der.csr"
    run("openssl", "req", "-in", town.request("binary"), "-outform", "DER", "-out", der)
    yield "binary", der, "tls-client", []


def check_chain(town, certificate):
    run("openssl", "verify", "-x509_strict", "-CAfile", town.root, "-untrusted", town.issuing, certificate)
    chain = town.folder / "chain.pem"
    chain.write_text(certificate.read_text() + town.issuing.read_text() + town.root.read_text())
    run("certtool", "--verify", "--load-ca-certificate", town.root, "--infile", chain)


def check_ocsp_over_get(town, certificate):
    request = town.folder / "request.der"
    run("openssl", "ocsp", "-issuer", town.issuing, "-cert", certificate, "-no_nonce", "-reqout", request)
    encoded = urllib.parse.quote(base64.b64encode(request.read_bytes()).decode(), safe="")
    status, fields, body = town.get(f"/ocsp/{encoded}")
    assert status == 200 and fields["Content-Type"] == "application/ocsp-response", (status, fields)
    assert "max-age" in fields["Cache-Control"], fields  # RFC 5019 section 6.2
    answer = town.folder / "answer.der"
    answer.write_bytes(body)
    done = run("openssl", "ocsp", "-CAfile", town.root, "-issuer", town.issuing, "-cert", certificate, "-respin", answer, "-no_nonce")
    assert ": good" in done.stdout, done.stdout


def check_gnutls_asks(town, certificate):
    done = run("ocsptool", f"--ask={town.url}/ocsp", "--load-cert", certificate, "--load-issuer", town.issuing, "--load-trust", town.root,
               expect=None)
    assert "Certificate Status: good" in done.stdout + done.stderr, done.stdout + done.stderr


def check_garbage(town):
    request = urllib.request.Request(f"{town.url}/ocsp", data=b"\x30\x03garbage", headers={"Content-Type": "application/ocsp-request"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.read() == bytes.fromhex("30030a0101"), "RFC 6960 section 4.2.1: malformedRequest (1)"


class WebServer:
    """nginx that asks our responder about every client certificate."""

    def __init__(self, town):
        self.town, self.port = town, city.free_port()
        folder = town.folder
        (folder / "server-chain.pem").write_text((folder / "portal.pem").read_text() + town.issuing.read_text())
        (folder / "cas.pem").write_text(town.root.read_text() + town.issuing.read_text())
        temporary = " ".join(f"{name}_temp_path {folder}/nginx-{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = folder / "nginx.conf"
        configuration.write_text(f"""
            daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}
            http {{ access_log off; {temporary}
              server {{ listen 127.0.0.1:{self.port} ssl; server_name portal.city.test;
                ssl_certificate {folder}/server-chain.pem; ssl_certificate_key {folder}/portal.key;
                ssl_client_certificate {folder}/cas.pem; ssl_verify_client on; ssl_verify_depth 3;
                ssl_ocsp leaf; ssl_ocsp_responder {town.url}/ocsp; resolver 127.0.0.1 ipv6=off;
                location / {{ return 200 "welcome $ssl_client_s_dn"; }} }} }}""")
        self.process = subprocess.Popen(["nginx", "-c", str(configuration)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def visit(self):
        done = run("curl", "-s", "--max-time", "20", "--cacert", self.town.root, "--resolve", f"portal.city.test:{self.port}:127.0.0.1",
                   "--cert", self.town.folder / "officer.pem", "--key", self.town.folder / "officer.key",
                   f"https://portal.city.test:{self.port}/", expect=None)
        return done.stdout

    def visit_when_up(self):
        for _ in range(100):
            answer = self.visit()
            if answer:
                return answer
            time.sleep(0.1)
        return "no answer"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)


def check_lists(town, revoked):
    """The CRLs of both authorities, over HTTP, make openssl refuse the revoked certificate and accept another."""
    crls = town.folder / "crls.pem"
    text = ""
    for name in ("issuing", "root"):
        status, fields, body = town.get(f"/crl/{name}.crl")
        assert status == 200 and fields["Content-Type"] == "application/pkix-crl", (name, status, fields)
        text += subprocess.run(["openssl", "crl", "-inform", "DER"], input=body, capture_output=True, check=True).stdout.decode()
    crls.write_text(text)
    verify = ["openssl", "verify", "-crl_check_all", "-CAfile", town.root, "-untrusted", town.issuing, "-CRLfile", crls]
    assert "certificate revoked" in run(*verify, revoked, expect=2).stderr
    run(*verify, town.folder / "device.pem")


def check_refusals(town):
    before = len(town.json("cert", "list")["certificates"])
    der = town.folder / "der.csr"
    forged, cut = town.folder / "forged.der", town.folder / "cut.der"
    octets = bytearray(der.read_bytes())
    octets[-3] ^= 1
    forged.write_bytes(octets)
    cut.write_bytes(der.read_bytes()[:40])
    out = town.folder / "never.pem"
    for csr, profile, exit_code in ((forged, "tls-client", 1), (cut, "tls-client", 1), (der, "no-such", 4), (pathlib.Path("/nowhere"), "device", 4)):
        done = town.yuxin("cert", "issue", "--ca", "issuing", "--profile", profile, "--csr", csr, "--out", out, expect=exit_code)
        assert done.stderr.strip() and not out.exists(), (csr, done)
    wrong = town.folder / "wrong"
    wrong.write_text("not the passphrase\n")
    run(city.YUXIN, "--home", town.online, "--passphrase-file", wrong, "cert", "issue", "--ca", "issuing", "--profile", "tls-client", "--csr", der,
        "--out", out, expect=3)
    town.yuxin("cert", "revoke", "00DEADBEEF", "--reason", "keyCompromise", "--yes", expect=4)
    assert len(town.json("cert", "list")["certificates"]) == before and not out.exists()


def main():
    with city.City() as town:
        run("openssl", "verify", "-x509_strict", "-CAfile", town.root, town.issuing)
        with town.serve() as server:
            certificates = {name: town.issue(name, profile, csr, sans) for name, csr, profile, sans in requests_of_many_kinds(town)}
            for certificate in certificates.values():
                check_chain(town, certificate)
                answer = town.ocsp(certificate)
                assert ": good" in answer and "no nonce" not in answer, answer
            officer = certificates["officer"]
            check_ocsp_over_get(town, officer)
            check_gnutls_asks(town, officer)
            check_garbage(town)
            with WebServer(town) as web:
                assert "welcome" in web.visit_when_up(), (town.folder / "nginx.log").read_text()
                town.revoke(officer)
                answer = town.ocsp(officer)  # at once, by a server in another process
                assert ": revoked" in answer and "keyCompromise" in answer, answer
                assert "welcome" not in web.visit_when_up()
            town.revoke(officer, expect=5)
            check_lists(town, officer)
            run(city.YUXIN, "cert", "verify", officer, "--trust", town.root, "--untrusted", town.issuing, "--ocsp", expect=1)
            check_refusals(town)
            town.yuxin("audit", "verify")
            town.yuxin("doctor")
            assert server.stop() == 0, "serve stops cleanly on SIGTERM"


main()
