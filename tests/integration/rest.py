"""The REST interface and the officer's terminal: the same work over the network as on the home, in the officer's own hand, and what an attacker
makes of it."""
import base64
import hashlib
import json
import re
import subprocess
import time

import city
import rest_proxy
from rest_office import Office


def check_way_of_a_request(office):
    """From the counter to the certificate, by officers who have nothing of the home."""
    number = office.submit("wei")
    assert number in office.terminal("li", "request", "list", "--mine").stdout
    # a reviewer could send it back, but it does not wait for that
    assert number not in office.terminal("wang", "--quiet", "request", "list", "--mine").stdout
    assert number in office.terminal("wang", "request", "list").stdout
    assert number not in office.terminal("far", "--quiet", "request", "list").stdout
    office.refused(3, "not in your scope", "far", "request", "show", number)
    office.refused(5, "is not done then", "wang", "request", "review", number)
    office.terminal("li", "request", "accept", number, "--yes")
    done = office.terminal("wang", "--quiet", "request", "review", number, "--opinion", "as required", "--yes")
    assert done.stdout == f"Case {number}: reviewed.\n", done.stdout
    # what a dry run shows is what would be signed, and it says the same as on the home
    there = office.terminal("zhao", "request", "approve", number, "--dry-run").stderr
    here = office.town.acting("zhao", "request", "approve", number, "--dry-run").stderr
    assert there == here and re.search(r"request +[0-9a-f]{64}\n", there), (there, here)
    approved = office.as_json("zhao", "request", "approve", number)
    serial = approved["facts"]["serial"]
    assert approved["state"] == "APPROVED" and approved["effects"][0]["facts"]["serial"] == serial, approved
    pem = office.checked("li", "GET", f"/v1/cases/{number}/certificate").body
    (office.town.folder / "wei.pem").write_bytes(pem)
    assert "wei" in city.run("openssl", "x509", "-in", office.town.folder / "wei.pem", "-noout", "-subject").stdout
    # the holder signs for it with the new certificate, which opens the connection as well
    office.as_json("wei", "request", "hand-over", number)
    there = office.as_json("zhao", "request", "show", number)
    here = json.loads(office.town.acting("zhao", "--json", "request", "show", number).stdout)
    assert there == here and there["state"] == "DELIVERED", (there, here)
    assert office.terminal("zhao", "request", "show", number).stdout == office.town.acting("zhao", "request", "show", number).stdout
    office.refused(5, "nothing more is done to it", "zhao", "request", "reject", number, "--reason", "late")
    office.refused(4, "There is no case R-999", "zhao", "request", "show", "R-999")


def check_what_is_shown(office):
    """Every kind of answer, held against the document; and who sees what."""
    number = office.submit("shown")
    case = office.checked("li", "GET", f"/v1/cases/{number}").json()
    assert [step["action"] for step in case["steps"]] == ["submit"] and case["form"]["name"] == "Wei"
    digest = hashlib.sha256(office.paper.read_bytes()).hexdigest()
    assert office.checked("li", "GET", f"/v1/cases/{number}/files/{digest}").body == office.paper.read_bytes()
    office.checked("li", "GET", f"/v1/cases/{number}/files/{'0' * 64}", status=404)
    office.checked("far", "GET", f"/v1/cases/{number}", status=403)
    office.checked("far", "GET", f"/v1/cases/{number}/files/{digest}", status=403)
    office.checked("li", "GET", f"/v1/cases/{number}/certificate", status=404)
    office.checked("nobody", "GET", f"/v1/cases/{number}", status=403)
    assert office.checked("nobody", "GET", "/v1/cases?which=all").json()["cases"] == []
    status = office.checked("far", "GET", "/v1/status").json()
    assert status["ended"] == [], status
    assert status["roles"] == [{"role": "RA.REVIEW", "scope": "profile:device"}] and "CN=far" in status["subject"], status
    # pages: all of them once, in their order
    seen, cursor = [], ""
    while cursor is not None:
        page = office.checked("li", "GET", f"/v1/cases?limit=1&which=all{cursor and '&cursor=' + cursor}").json()
        seen += [one["case"] for one in page["cases"]]
        cursor = page.get("next")
    assert len(seen) == len(set(seen)) and number in seen and len(seen) >= 2, seen
    # workflows and profiles are what the home has
    for listed in office.checked("li", "GET", "/v1/workflows").json()["workflows"]:
        one = office.checked("li", "GET", f"/v1/workflows/{listed['name']}").json()
        assert hashlib.sha256(one["text"].encode()).hexdigest() == listed["digest"]
        assert office.checked("li", "GET", f"/v1/workflows/{listed['digest']}").json() == one
    names = [profile["name"] for profile in office.checked("li", "GET", "/v1/profiles").json()["profiles"]]
    assert "person-signing" in names and "root-ca" not in names, names
    office.checked("li", "GET", "/v1/profiles/person-signing")
    # certificates: of the scope, and one's own
    serial = office.town.serial(office.people["wang"])
    assert office.checked("li", "GET", f"/v1/certificates/{serial}").json()["state"] == "good"
    assert b"BEGIN CERTIFICATE" in office.checked("li", "GET", f"/v1/certificates/{serial}/pem").body
    office.checked("far", "GET", f"/v1/certificates/{serial}", status=404)
    # nor is a draft about it made for who could not sign it, and the refusal is the same for one that is not there
    draft = {"workflow": "certificate-revocation", "form": {"cause": "keyCompromise", "reason": "lost"}}
    for who in ("nobody", "far"):
        said = {office.checked(who, "POST", "/v1/steps", {**draft, "serial": one}, status=403).json()["detail"] for one in (serial, "0102030405060708")}
        assert len(said) == 1 and "You may not open such a case" in said.pop(), said
    office.checked("nobody", "POST", "/v1/steps", {"workflow": "leaver", "form": {"reason": "x"}, "subject": "C=CN, O=Test City, CN=li"}, status=403)
    office.checked("nobody", "POST", "/v1/steps", {"workflow": "leaver", "form": {"reason": "x"}, "subject": "C=CN, O=Test City, CN=li", "organisation": "NONE"},
                   status=404)
    # what the home itself works by is nobody's to suspend
    own = office.town.json("cert", "list", "--profile", "ocsp-responder")["certificates"][0]["serial"]
    assert "by which the home itself works" in office.checked("li", "POST", "/v1/steps", {**draft, "serial": own}, status=422).json()["detail"]
    long = {"workflow": "leaver", "form": {"reason": "x" * 8001}, "subject": "C=CN, O=Test City, CN=li"}
    office.checked("li", "POST", "/v1/steps", long, status=400)
    own = office.checked("nobody", "GET", "/v1/certificates").json()["certificates"]
    assert [one["serial"] for one in own] == [office.town.serial(office.people["nobody"])], own
    assert len(office.checked("li", "GET", "/v1/certificates?text=wang").json()["certificates"]) == 1
    # without a certificate there is the document, and what refusals mean
    anonymous = office.client(None)
    for path, code in (("/v1/openapi.json", 200), ("/v1/problems/conflict", 200), ("/v1/problems/none", 404), ("/v1/status", 403), ("/v1/cases", 403)):
        assert office.judge.answer("GET", path, anonymous.get(path)).status == code, path
    foreign = office.town.folder / "foreign"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{foreign}.key", "-out", f"{foreign}.pem",
             "-subj", "/CN=li", "-days", "2")
    for path in ("/v1/status", "/v1/openapi.json"):
        answer = office.client("foreign").get(path)
        assert answer.status == 403 and "of no authority that is known here" in answer.json()["detail"], answer


def check_repetition(office):
    """The same draft with the same key takes one number; with another body it is refused."""
    form = {"name": "nobody", "change": "离职", "last_day": "2026-12-01T00:00:00Z", "reason": "left"}
    body = {"workflow": "leaver", "form": form, "subject": "C=CN, O=Test City, CN=nobody"}
    first = office.checked("li", "POST", "/v1/steps", body, key="draft-1")
    again = office.client("li").post("/v1/steps", body, "draft-1")
    assert again.body == first.body and again.fields["idempotency-replayed"] == "true", (first, again)
    other = office.checked("li", "POST", "/v1/steps", body | {"form": form | {"reason": "other"}}, status=422, key="draft-1")
    assert other.json()["type"] == "/v1/problems/key-reused"
    # it is the key of this client only, and without one each is a request of its own
    assert office.checked("li", "POST", "/v1/steps", body).body != first.body
    office.checked("li", "POST", "/v1/steps", body, status=400, key="k" * 129)


def check_between(office):
    """A machine in the middle, believed by the terminal: it learns no key, and puts no word into the officer's mouth."""
    middle = office.town.folder / "middle"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{middle}.key", "-out", f"{middle}.pem",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    number = office.accepted("between")

    def terminal(proxy, who, *words, expect=0):
        command = office.terminal_command(who, *words, "--yes")
        command[command.index("--server") + 1] = f"https://127.0.0.1:{proxy.port}"
        command[command.index("--trust") + 1] = f"{middle}.pem"
        return city.run(*command, expect=expect)

    def lie(change):
        def meddle(method, path, answer):
            if path != "/v1/steps" or answer.status != 200:
                return answer
            draft = answer.json()
            change(draft["act"])
            answer.body = json.dumps(draft).encode()
            return answer
        return meddle

    lies = [lambda act: act["body"]["about"].update(request="0" * 64), lambda act: act["body"]["form"].update(opinion="other"),
            lambda act: act.update(object="R-1"), lambda act: act.update(type="certificate-request.reject"), lambda act: act.update(role="RA.MAKE")]
    for change in lies:
        with rest_proxy.Proxy(office.client("wang"), middle, lie(change)) as proxy:
            done = terminal(proxy, "wang", "request", "review", number, expect=6)
            assert "Nothing was signed" in done.stderr, done.stderr
            assert not [path for _, path, _ in proxy.seen if path == "/v1/acts"]
    # whose certificate it is comes from the request whose digest is signed, whatever the server shows
    other = office.town.request("mayor").with_suffix(".csr").read_bytes()

    def show_another(method, path, answer):
        if "/files/" in path and answer.status == 200:
            answer.body = other
        return answer

    with rest_proxy.Proxy(office.client("wang"), middle, show_another) as proxy:
        done = terminal(proxy, "wang", "request", "review", number, expect=6)
        assert "another file than the one with the digest" in done.stderr and "Sign" not in done.stderr, done.stderr
        assert not [path for _, path, _ in proxy.seen if path == "/v1/acts"]
    assert "will be issued to  C=CN, O=Test City, CN=between" in office.terminal("wang", "request", "review", number, "--dry-run").stderr
    # an answer that is lost on the way: the step is taken once, and the officer is told what came of it
    lost = []

    def lose(method, path, answer):
        if path == "/v1/acts" and not lost:
            lost.append(answer)
            return None
        return answer

    with rest_proxy.Proxy(office.client("wang"), middle, lose) as proxy:
        assert f"Case {number}: reviewed." in terminal(proxy, "wang", "request", "review", number).stdout
        submission = json.loads([body for _, path, body in proxy.seen if path == "/v1/acts"][0])
    assert len(lost) == 1
    assert [step["action"] for step in office.as_json("li", "request", "show", number)["steps"]] == ["submit", "accept", "review"]
    # what was signed once is no signature for anything else, whoever shows it
    assert office.checked("wang", "POST", "/v1/acts", submission, status=409).json()["code"] == "conflict"
    office.checked("zhao", "POST", "/v1/acts", submission, status=403)
    octets = base64.b64decode(submission["act"])
    other = office.accepted("victim")
    assert len(other) == len(number) and number.encode() in octets
    forged = submission | {"act": base64.b64encode(octets.replace(number.encode(), other.encode())).decode()}
    assert office.checked("wang", "POST", "/v1/acts", forged, status=422).json()["code"] == "bad-signature"
    assert office.as_json("li", "request", "show", other)["state"] == "ACCEPTED"


def check_race(office):
    """Two officers review one request at the same moment over HTTPS: one signature counts, the other is told."""
    number = office.accepted("race")
    both = [subprocess.Popen(office.terminal_command(who, "request", "review", number, "--yes"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for who in ("wang", "chen")]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 5], said
    assert [step["action"] for step in office.as_json("li", "request", "show", number)["steps"]] == ["submit", "accept", "review"]


def check_stolen(office):
    """A certificate that is revoked is refused with the next request, on the connection that it has open."""
    office.town.issue("late", "officer")
    office.grant("late", "RA.REVIEW")
    client = office.client("late", keep=True)
    assert client.get("/v1/status").status == 200
    number = office.accepted("stolen")
    office.town.revoke(office.town.folder / "late.pem")
    done = time.monotonic()
    answer = office.judge.answer("GET", "/v1/status", client.get("/v1/status"))
    assert answer.status == 403 and answer.json()["type"] == "/v1/problems/certificate-refused" and "revoked" in answer.json()["detail"], answer
    assert time.monotonic() - done < 1
    office.refused(3, "revoked", "late", "request", "review", number)
    # and a role that was taken away is gone with the next request
    office.town.issue("guest", "officer")
    office.grant("guest", "RA.REVIEW")
    assert office.checked("guest", "GET", f"/v1/cases/{number}").status == 200
    grant = [one for one in office.town.json("role", "list")["grants"] if "CN=guest" in one["holder"]][0]
    office.town.acting("bizadm", "role", "revoke", grant["serial"], "--reason", "privilegeWithdrawn", "--yes")
    office.checked("guest", "GET", f"/v1/cases/{number}", status=403)


def main():
    office = Office()
    try:
        check_way_of_a_request(office)
        check_what_is_shown(office)
        check_repetition(office)
        check_between(office)
        check_race(office)
        check_stolen(office)
    finally:
        ended = office.server.stop()
    assert ended == 0
    log = (office.town.folder / "serve.log").read_text(errors="replace")
    assert re.search(r'rest 200 POST /v1/acts by="C=CN, O=Test City, CN=zhao" serial=[0-9A-F]+ from=127.0.0.1 object=R-1\b', log), log[-2000:]
    print("the interface holds")


main()
