"""Registration authority and authority on two hosts: a person's certificate by officers over the network, its revocation, machines by EST, the
authority away in between and killed, and both ledgers whole."""
import base64
import json
import re
import time

import city
import split_city


def check_before_joining(split):
    """A registration authority that has nothing yet says what to do."""
    done = split.on_east("serve", "--only", "ra", expect=5)
    assert "registry join FILE" in done.stderr, done.stderr
    # what was made for somebody else is not taken in
    answer = json.loads((split.folder / "east.json").read_text())
    other = split.folder / "other.json"
    other.write_text(json.dumps(answer | {"ledger": answer["ledger"][:-8] + "AAAAAAA="}))
    split.on_east("registry", "join", other, expect=1)
    answer["certificates"]["registration-tls"] = answer["certificates"]["registration-scep"]
    other.write_text(json.dumps(answer))
    assert "another key" in split.on_east("registry", "join", other, expect=6).stderr
    listed = split.town.json("registry", "list")["registries"]
    assert [one["name"] for one in listed] == ["east"], listed


def check_person(split):
    """From the counter to the certificate: the officers know one host, the key that signs is on the other."""
    number, approved = split.approved("wei")
    serial = approved["facts"]["serial"]
    assert approved["state"] == "APPROVED" and split.state(serial) == "good", approved
    answer = split.client("li").get(f"/v1/cases/{number}/certificate")
    assert answer.status == 200, (answer.status, answer.body)
    (split.folder / "wei.pem").write_bytes(answer.body)
    city.run("openssl", "verify", "-CAfile", split.town.root, "-untrusted", split.town.issuing, split.folder / "wei.pem")
    assert ": good" in split.town.ocsp(split.folder / "wei.pem")
    # the holder's certificate is known there at once: it opens the connection and signs the receipt
    assert split.as_json("wei", "request", "hand-over", number)["state"] == "DELIVERED"
    order = split.records("registry.order")[-1]
    assert order["object"] == "registries/east" and order["data"]["case"] == number and len(order["data"]["acts"]) == 4, order
    return serial


def check_revoked(split, serial):
    number = split.as_json("li", "request", "submit", "--serial", serial, "--field", "cause=superseded", "--reason", "new card")["case"]
    split.terminal("li", "request", "approve", number, "--yes", expect=3)
    assert split.state(serial) == "good"
    assert split.as_json("wang", "request", "approve", number)["state"] == "REVOKED"
    assert split.state(serial) == "revoked" and ": revoked" in split.town.ocsp(split.folder / "wei.pem")
    assert json.loads(split.client("li").get(f"/v1/certificates/{serial}").body)["state"] == "revoked"


def check_suspended(split):
    """On hold and back; a leaked key is suspended by its holder alone."""
    _, approved = split.approved("kim")
    serial = approved["facts"]["serial"]
    (split.folder / "kim.pem").write_bytes(split.client("li").get(f"/v1/certificates/{serial}/pem").body)
    leak = split.as_json("kim", "request", "submit", "--serial", serial, "--field", "cause=keyCompromise", "--reason", "lost")["case"]
    assert split.state(serial) == "on-hold"
    split.as_json("wang", "request", "reject", leak, "--reason", "found again")
    fields = ["--field", "name=Kim", "--field", "id_type=护照", "--field", "id_no=X2", "--reason", "found", "--attach", f"identity={split.paper}"]
    number = split.as_json("li", "request", "submit", "--workflow", "certificate-release", "--serial", serial, *fields)["case"]
    split.as_json("wang", "request", "approve", number)
    assert split.state(serial) == "good"


def est(split, name, host, operation="simpleenroll", client="meters", certificate=None):
    csr = split.folder / f"{name}.csr" if (split.folder / f"{name}.csr").exists() else split.town.request(
        name, f"/CN={host}", options=("-addext", f"subjectAltName=DNS:{host}"))
    body = split.folder / f"{name}.b64"
    body.write_bytes(base64.encodebytes(city.run("openssl", "req", "-in", csr, "-outform", "DER", text=False).stdout))
    words = ["curl", "-sS", "--cacert", split.town.root, "-o", split.folder / "body", "-w", "%{http_code}", "-H", "Content-Type: application/pkcs10",
             "--data-binary", f"@{body}"]
    words += ["--cert", f"{certificate}.pem", "--key", f"{certificate}.key"] if certificate else ["-u", f"{client}:{split.secret}"]
    status = int(city.run(*words, f"{split.url}/.well-known/est/{operation}").stdout)
    answer = (split.folder / "body").read_bytes()
    if status == 200:
        (split.folder / "answer.p7").write_bytes(base64.b64decode(answer))
        (split.folder / f"{name}.pem").write_text(
            city.run("openssl", "pkcs7", "-inform", "DER", "-in", split.folder / "answer.p7", "-print_certs").stdout)
    return status, answer


def check_machines(split):
    """A profile that demands no approval: here the registration service signs for it all the same."""
    status, answer = est(split, "m1", "m1.meters.city.test")
    assert status == 200, answer
    city.run("openssl", "verify", "-CAfile", split.town.root, "-untrusted", split.town.issuing, split.folder / "m1.pem")
    first = (split.folder / "m1.pem").read_text()
    assert est(split, "m1", "m1.meters.city.test")[0] == 200 and (split.folder / "m1.pem").read_text() == first
    assert len(split.serials("device")) == 1
    status, answer = est(split, "m1-new", "m1.meters.city.test", "simplereenroll", certificate=split.folder / "m1")
    assert status == 200, answer
    actor = split.town.json("cert", "show", split.town.serial(split.folder / "m1.pem"))
    assert actor["profile"] == "device", actor


def cmp(split, command, *options):
    words = ["openssl", "cmp", "-config", "", "-cmd", command, "-server", f"localhost:{split.ra_port}", "-tls_used", "-tls_trusted", split.town.root, "-path", ".well-known/cmp",
             "-trusted", split.town.root, "-untrusted", split.town.issuing, "-recipient", "/CN=registration", *options]
    done = city.run(*words, expect=None)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def check_cmp(split):
    """CMP at the registration authority: upon a secret the answers are MACs, to a signature they are signed by its own certificate for CMP."""
    if city.run("openssl", "cmp", "-help", expect=None).returncode != 0:
        print("this openssl has no cmp; it was not asked")
        return
    folder = split.folder
    city.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder / "p1.key")
    cmp(split, "ir", "-ref", "pumps", "-secret", f"file:{folder / 'pumps.secret'}", "-newkey", folder / "p1.key", "-subject", "/CN=p1.meters.city.test", "-sans", "p1.meters.city.test",
        "-certout", folder / "p1.pem")
    city.run("openssl", "verify", "-CAfile", split.town.root, "-untrusted", split.town.issuing, folder / "p1.pem")
    serial = split.town.serial(folder / "p1.pem")
    assert split.state(serial) == "good"
    cmp(split, "rr", "-cert", folder / "p1.pem", "-key", folder / "p1.key", "-oldcert", folder / "p1.pem", "-revreason", "4", "-extracertsout", folder / "extra.pem")
    assert split.state(serial) == "revoked"
    assert "CMP service of east" in city.run("openssl", "x509", "-in", folder / "extra.pem", "-noout", "-subject").stdout


def check_away(split):
    """The authority is stopped: reading works, what brings something about waits or is refused, nothing is lost."""
    number = split.submit("away")
    split.as_json("li", "request", "accept", number)
    split.as_json("wang", "request", "review", number)
    split.ca.stop()
    split.ra.wait(503)
    assert "cannot be followed" in split.ra.answers("/readyz")[1]
    assert split.as_json("li", "request", "show", number)["state"] == "REVIEWED"
    done = split.terminal("zhao", "request", "approve", number, "--yes", expect=7)
    assert "cannot be asked now" in done.stderr, done.stderr
    assert est(split, "m9", "m9.meters.city.test")[0] == 503
    doctor = json.loads(split.on_east("--json", "doctor", expect=None).stdout)
    assert [one for one in doctor["checks"] if one["name"] == "authority" and one["severity"] != "ok"], doctor
    split.serve_ca()
    split.ra.wait(200)
    assert split.as_json("zhao", "request", "approve", number)["state"] == "APPROVED"
    assert est(split, "m9", "m9.meters.city.test")[0] == 200


def check_killed(split):
    """The authority is killed while orders come: each is carried out once, by and by."""
    before = len(split.serials("person-signing"))
    number = split.submit("killed")
    split.as_json("li", "request", "accept", number)
    split.as_json("wang", "request", "review", number)
    folder = split.folder
    command = [city.YUXIN, "--home", folder / "nowhere", "--server", split.url, "--trust", split.town.root, "--as",
               f"{folder}/zhao.pem,{folder}/zhao.key", "request", "approve", number, "--yes"]
    import subprocess
    for delay in (0.02, 0.05, 0.08, 0.11, 0.14, 0.2):
        approving = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(delay)
        split.ca.kill()
        approving.communicate(timeout=120)
        split.serve_ca()
        split.ra.wait(200)
        state = split.as_json("li", "request", "show", number)
        if state["state"] == "APPROVED":
            break
    if state["state"] != "APPROVED":
        split.as_json("zhao", "request", "approve", number)
    for _ in range(100):
        state = split.as_json("li", "request", "show", number)
        if "serial" in state["facts"]:
            break
        time.sleep(0.2)
    assert split.state(state["facts"]["serial"]) == "good", state
    assert len(split.serials("person-signing")) == before + 1
    split.ra.kill()
    split.serve_ra()
    assert split.as_json("li", "request", "show", number)["facts"] == state["facts"]


def check_officer_revoked(split):
    """An officer who is revoked at the authority is refused at the registration authority within the second."""
    split.town.issue("late", "officer")
    split.grant("late", "RA.REVIEW")
    end = time.monotonic() + 10
    while split.client("late").get("/v1/status").status != 200 and time.monotonic() < end:
        time.sleep(0.1)
    number = split.submit("stolen")
    split.as_json("li", "request", "accept", number)
    split.town.revoke(split.folder / "late.pem")
    done = split.terminal("late", "request", "review", number, "--yes", expect=None)
    # by the copy here, or, before that has come, by the authority, where a leaked key ends its roles
    assert (done.returncode, "revoked" in done.stderr) == (3, True) or (done.returncode, "does not hold the role" in done.stderr) == (3, True), done
    time.sleep(1)
    assert split.client("late").get("/v1/status").status == 403


def check_ledgers(split):
    for home in (split.town.online, split.east):
        done = city.run(city.YUXIN, "--home", home, "--json", "audit", "verify", expect=None)
        report = json.loads(done.stdout)
        assert done.returncode == 0 and not report.get("problems"), report


def main():
    split = split_city.Split()
    try:
        check_before_joining(split)
        split.serve_ca()
        split.join()
        out = split.folder / "meters.secret"
        split.on_east("client", "add", "meters", "--protocol", "est", "--profile", "device", "--under", "meters.city.test", "--secret-out", out)
        split.secret = out.read_text().strip()
        split.on_east("client", "add", "pumps", "--protocol", "cmp", "--profile", "device", "--under", "meters.city.test", "--secret-out", split.folder / "pumps.secret")
        split.serve_ra()
        serial = check_person(split)
        check_revoked(split, serial)
        check_suspended(split)
        check_machines(split)
        check_cmp(split)
        check_away(split)
        check_killed(split)
        check_officer_revoked(split)
    except AssertionError:
        for name in ("ca", "ra"):
            log = split.folder / f"{name}.log"
            print(name, log.read_text(errors="replace")[-6000:] if log.exists() else "-")
        raise
    finally:
        split.close()
    check_ledgers(split)


if __name__ == "__main__":
    main()
