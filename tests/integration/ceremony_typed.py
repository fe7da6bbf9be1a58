"""A root is created by people at a terminal: a witness refuses, a share is wrong, the power fails in the middle of a signature, an exception is
accepted; the record is verified by the program and by common tools. Then it is altered in every way we can think of, and each is caught."""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import city
import ceremonies
from ceremonies import People, archive_of, chained, entries_of, files_of
from city import run

city.need("openssl", "sha256sum", "sed")
YUXIN = os.path.abspath(city.YUXIN)


def yuxin(*words, expect=0, **options):
    return run(YUXIN, *words, expect=expect, **options)


def write_plan(folder):
    """The shipped plan; the witness has a certificate of their own, which the plan names."""
    (folder / "pass").write_text(ceremonies.PASSPHRASE + "\n")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "zhou.key", "-out", "zhou.pem",
        "-subj", "/C=CN/O=Audit Office/CN=Zhou Min", "-days", "30", cwd=folder)
    run("openssl", "pkcs12", "-export", "-inkey", "zhou.key", "-in", "zhou.pem", "-passout", "file:pass", "-out", "zhou.p12", cwd=folder)
    der = run("openssl", "x509", "-in", "zhou.pem", "-outform", "DER", cwd=folder, text=False).stdout
    plan = ceremonies.allow_network(yuxin("ceremony", "show", "root-creation").stdout)
    plan = plan.replace('seat = "witness"\nrole = "witness"', f'seat = "witness"\nrole = "witness"\nname = "Zhou Min"\ncertificate = "sha256:{hashlib.sha256(der).hexdigest()}"')
    (folder / "plan.toml").write_text(plan)


def people(folder, *words, **options):
    crew = People(folder, "--home", "root", "ceremony", "run", "plan.toml", "--out", "ceremony", *words, **options)
    return crew.always(r"Zhou Min: where is your certificate", "zhou.p12")


def refuse_and_cut_power(folder):
    crew = people(folder)
    crew.once(r"custodian-1.*do you agree", "no").once("what is wrong", "the organisation is misspelt")
    crew.once("in your own words", "It is not; custodian-1 looked at the other line.").once(r"what is decided\? \[repeat / stop\]", "repeat")
    asked = crew.play(until=r"custodian-1.*do you agree")  # not answered yet by `once`, because it is left open
    assert "Test City Root" in crew.everything() and re.search(r"to be signed +[0-9a-f ]{39}", crew.everything()), crew.everything()[-800:]
    crew.reply(crew.text_for(asked))
    crew.play(until=r"witness.*do you agree|Zhou Min.*do you agree")
    crew.kill()  # the last witness never said yes: nothing was signed
    listed = yuxin("--home", folder / "root", "ca", "list", "--json")
    assert json.loads(listed.stdout) == []


def agree_and_cut_power(folder):
    crew = people(folder)
    crew.play(until=r"administrator.*do you confirm")
    said = crew.everything()
    assert "The home has to be opened again" in said and "Step 5 of 11" not in said.split("do you agree")[0]
    crew.kill()  # the root is signed, and nobody has looked at it yet
    entries = entries_of((folder / "ceremony/transcript.jsonl").read_bytes())
    assert [entry["event"] for entry in entries].count("resumed") == 1
    acted = [entry for entry in entries if entry["event"] == "acted" and entry["step"] == 5]
    assert len(acted) == 1


def wrong_share_and_exception(folder):
    crew = people(folder)
    ask = "Next custodian"
    crew.play(until=ask)
    crew.once(r"Passphrase of Person custodian-1 for the share", "not the passphrase")
    for answer in ("ceremony/shares/share-1-1.json", "nowhere.json", "ceremony/shares/share-1-2.json", "ceremony/shares/share-1-1.json",
                   "ceremony/shares/share-1-1.json", "ceremony/shares/share-1-3.json"):
        crew.play(until=ask)
        crew.reply(answer)
    crew.once(r"Zhou Min.*do you confirm", "yes").once(r"administrator.*do you confirm", "yes")  # the proofs
    crew.play(until="Numbers of the bags")
    assert "was proved already" in crew.everything()
    crew.once("administrator.*do you confirm", "no").once("what is wrong", "bag A-2 has a tear").once("in your own words", "The bag was torn by the table.")
    crew.once(r"what is decided\? \[repeat / accept / stop\]", "accept")
    crew.reply(crew.text_for(crew.question()))
    # a hostile hand, while everybody looks at the bag: another list, and a signature that nobody gave
    crew.play(until=r"operator.*press Enter to begin this step")
    (folder / "ceremony/signatures/witness.p7m").write_bytes(b"no signature")
    crl = folder / "ceremony/outputs/root.crl"
    good = crl.read_bytes()
    crl.write_bytes(good + b"x")
    crew.once("in your own words", "Somebody has touched the list.")
    crew.reply("")
    crew.play(until=r"what is decided\? \[repeat / stop\]")
    assert "root.crl is not what its step made any more" in crew.everything()
    crl.write_bytes(good)
    crew.reply("repeat")
    assert crew.play() is None
    code, _ = crew.finish()
    assert code == 0, crew.everything()[-1500:]
    assert ceremonies.PASSPHRASE not in crew.everything()


def by_other_tools(folder):
    """The commands of the record's own README, in bash, and openssl's opinion of what was made."""
    unpacked = folder / "unpacked"
    unpacked.mkdir()
    run("tar", "-xf", folder / "ceremony/ceremony.record", cwd=unpacked)
    readme = (unpacked / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.S)
    assert len(blocks) == 5
    for block in blocks:
        run("bash", "-euo", "pipefail", "-c", block, cwd=unpacked)
    broken = unpacked / "transcript.jsonl"
    good = broken.read_bytes()
    broken.write_bytes(good.replace(b"It is not", b"It is now"))
    for block in (blocks[2], blocks[4]):
        assert run("bash", "-euo", "pipefail", "-c", block, cwd=unpacked, expect=None).returncode != 0
    broken.write_bytes(good)
    assert "OK" in run("openssl", "verify", "-check_ss_sig", "-CAfile", "outputs/root.pem", "outputs/root.pem", cwd=unpacked).stdout
    assert "Test City Root" in run("openssl", "crl", "-inform", "DER", "-in", "outputs/root.crl", "-noout", "-issuer", "-CAfile", "outputs/root.pem", cwd=unpacked).stdout


def what_stands_in_it(folder):
    record = folder / "ceremony/ceremony.record"
    report = json.loads(yuxin("--json", "ceremony", "verify", record, "--plan", folder / "plan.toml", "--output", folder / "ceremony/outputs/root.pem").stdout)
    assert report["valid"] and report["mode"] == "real" and report["exceptions"] == 3
    assert {signer["seat"]: signer["known_by"] for signer in report["signers"]} == {
        "administrator": "ceremony", "operator": "ceremony", "custodian-1": "ceremony", "custodian-2": "ceremony", "custodian-3": "ceremony", "witness": "plan"}
    assert not list((folder / "ceremony/seats").glob("*.key")), "the keys of the ceremony are gone"
    transcript = entries_of(files_of(record.read_bytes())["transcript.jsonl"])
    exceptions = [entry["data"] for entry in transcript if entry["event"] == "exception"]
    assert [exception["decided"] for exception in exceptions] == ["repeat", "accept", "repeat"]
    assert "misspelt" in exceptions[0]["happened"] and "looked at the other line" in exceptions[0]["happened"] and exceptions[1]["expected"] == "The sealed bag"
    proofs = next(entry["data"]["proofs"] for entry in transcript if entry["event"] == "acted" and entry["step"] == 8)
    assert [proof["result"] for proof in proofs] == ["bad", "bad", "good", "good", "bad", "good"]
    # the clock of the machine goes on, and the ceremony is over: it cannot be held again
    again = people(folder)
    assert again.play() is None
    code, _ = again.finish()
    assert code == 0 and "Step" not in again.everything()
    digest = json.loads(yuxin("--json", "ceremony", "verify", record).stdout)["transcript"]
    yuxin("ceremony", "verify", record, "--digest", digest)
    yuxin("ceremony", "verify", record, "--digest", "0" * 64, expect=1)
    yuxin("ceremony", "verify", record, "--practice", expect=1)
    # Zhou Min signed when the ceremony was opened, says openssl, and what was signed names its first entry
    lines = files_of(record.read_bytes())["transcript.jsonl"].splitlines()
    enrolled = next(entry["data"]["seats"] for entry in transcript if entry["event"] == "acted" and entry["step"] == 2)
    (folder / "opening.p7m").write_bytes(base64.b64decode(enrolled[5]["opening"]))
    said = json.loads(run("openssl", "cms", "-verify", "-inform", "DER", "-binary", "-in", "opening.p7m", "-CAfile", "zhou.pem", "-purpose", "any", cwd=folder).stdout)
    assert hashlib.sha256(lines[0]).hexdigest() in json.dumps(said) and hashlib.sha256((folder / "plan.toml").read_bytes()).hexdigest() in json.dumps(said), said
    assert [seat["seat"] for seat in enrolled if "opening" in seat] == ["witness"]
    said = yuxin("ceremony", "verify", record).stdout
    assert said.count("signed the opening at") == 1 and re.search(r"Zhou Min signed at .*\n +signed the opening at", said), said
    # the custodians alone open the home now
    ways = json.loads((folder / "root/keys/unlock.json").read_text())["ways"]
    assert [way["way"] for way in ways] == ["shares"], ways
    refused = yuxin("--home", folder / "root", "--passphrase-file", folder / "pass", "ca", "crl", "root", expect=3)
    assert "No passphrase unlocks" in refused.stderr, refused.stderr
    assert "key.way-removed" in yuxin("--home", folder / "root", "audit", "log", "--limit", "0").stdout
    audit = yuxin("--home", folder / "root", "audit", "verify")
    assert audit.returncode == 0
    yuxin("ceremony", "report", record, "--out", folder / "record.pdf")
    yuxin("--lang", "zh", "ceremony", "report", record, "--out", folder / "record-zh.pdf")
    if shutil.which("pdftotext"):
        text = run("pdftotext", folder / "record.pdf", "-").stdout
        assert text.count("signed the opening at") == 1 and text.count("did not sign the opening") == 5, text
        assert "bag A-2 has a tear" in text and "The program was started again" in text and digest[:4] in text


def enrolled_key(folder, name):
    """A stranger's certificate and key, as somebody brings who wants to sign for another."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}",
        "-days", "30", cwd=folder)


def alterations(folder, good):
    """(what somebody does, the files afterwards), each a lie of another kind."""
    plan, transcript = good["plan.toml"], good["transcript.jsonl"]
    entries = entries_of(transcript)
    lines = transcript.splitlines(keepends=True)

    def where(event, step=None, **data):
        return next(i for i, entry in enumerate(entries) if entry["event"] == event and step in (None, entry["step"]) and
                    all(entry["data"].get(key) == value for key, value in data.items()))

    def edited(index, change, chain=True):
        copy = json.loads(json.dumps(entries))
        change(copy[index])
        return {**good, "transcript.jsonl": chained(plan, copy) if chain else b"".join(
            (json.dumps(e, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode() for e in copy)}

    def without(*indexes):
        return {**good, "transcript.jsonl": chained(plan, [e for i, e in enumerate(entries) if i not in indexes])}

    def less(*names):
        return {name: octets for name, octets in good.items() if name not in names}

    refusal = where("answered", answer="no")
    bag = where("acted", 10)
    yield "the plan asks for one share only", {**good, "plan.toml": plan.replace(b"needed = 2", b"needed = 1")}
    yield "the plan is no plan", {**good, "plan.toml": plan + b"[[step]]\n"}
    yield "an entry is gone", {**good, "transcript.jsonl": b"".join(lines[:refusal] + lines[refusal + 1:])}
    yield "an entry is gone, chain made anew", without(refusal)
    yield "the exception is gone, chain made anew", without(where("exception"))
    yield "two entries are swapped", {**good, "transcript.jsonl": b"".join(lines[:3] + [lines[4], lines[3]] + lines[5:])}
    yield "an entry stands twice", {**good, "transcript.jsonl": b"".join(lines[:5] + lines[4:])}
    yield "the end is cut off", {**good, "transcript.jsonl": b"".join(lines[:-1])}
    yield "half a line is cut off", {**good, "transcript.jsonl": transcript[:-9]}
    yield "a blank is put in", {**good, "transcript.jsonl": transcript.replace(b'{"data"', b'{ "data"', 1)}
    yield "the number of the bag is another", edited(bag, lambda e: e["data"].update(value="B-9"), chain=False)
    yield "the number of the bag is another, chain made anew", edited(bag, lambda e: e["data"].update(value="B-9"))
    yield "the refusal becomes a yes", edited(refusal, lambda e: e["data"].update(answer="yes"))
    yield "the witness's yes is by another", edited(where("answered", 3), lambda e: e["data"].update(seat="operator"))
    yield "the step is done by another", edited(where("begun", 5), lambda e: e["data"].update(by="witness"))
    yield "another decides about the exception", edited(where("exception"), lambda e: e["data"].update(seat="operator"))
    yield "the exception says nothing", edited(where("exception"), lambda e: e["data"].update(happened=""))
    yield "the time goes back", edited(where("begun", 6), lambda e: e.update(time="2020-01-01T00:00:00Z"))
    yield "it becomes a rehearsal", edited(0, lambda e: e["data"].update(mode="practice"))
    yield "another program ran", edited(0, lambda e: e["data"].update(program="0" * 64))
    yield "another sat on a seat", edited(where("acted", 2), lambda e: e["data"]["seats"][5].update(person="Wu Ke"))
    yield "another certificate on a seat", edited(where("acted", 2), lambda e: e["data"]["seats"][0].update(certificate="0" * 64))
    yield "the witnesses agreed to something else", edited([i for i, e in enumerate(entries) if e["event"] == "prepared"][-1], lambda e: e["data"].update(tbs="0" * 64))
    yield "the digest of an output is another", edited(where("acted", 5), lambda e: e["data"]["outputs"][0].update(sha256="0" * 64))
    yield "what was closed is something else", edited(len(entries) - 1, lambda e: e["data"]["outputs"].pop())
    yield "a certificate is another", {**good, "outputs/root.pem": (folder / "zhou.pem").read_bytes()}
    yield "an output is gone", less("outputs/root.crl")
    yield "an output is put in", {**good, "outputs/extra.pem": good["outputs/root.pem"]}
    yield "who brought a certificate did not sign the opening", edited(where("acted", 2), lambda e: e["data"]["seats"][5].pop("opening"))
    yield "the opening was signed by nobody", edited(where("acted", 2), lambda e: e["data"]["seats"][5].update(opening="AAAA"))
    yield "a custodian's share lies open", {**good, "outputs/share-1-1.json": (folder / "ceremony/shares/share-1-1.json").read_bytes()}
    yield "a signature is gone", less("signatures/witness.p7m")
    yield "a signature is damaged", {**good, "signatures/operator.p7m": good["signatures/operator.p7m"][:-1] + bytes([good["signatures/operator.p7m"][-1] ^ 1])}
    yield "one signed for another", {**good, "signatures/operator.p7m": good["signatures/administrator.p7m"]}
    yield "a stranger signed", {**good, "signatures/stranger.p7m": good["signatures/operator.p7m"]}
    yield "the README is another", {**good, "README.md": good["README.md"] + b"Trust me.\n"}
    yield "the README is gone", less("README.md")
    yield "the plan is gone", less("plan.toml")
    yield "the transcript is gone", less("transcript.jsonl")
    yield "a file is put in", {**good, "note.txt": b"x"}


def alter(folder):
    record = (folder / "ceremony/ceremony.record").read_bytes()
    good = files_of(record)
    assert archive_of(good) == record and json.loads(yuxin("--json", "ceremony", "verify", folder / "ceremony/ceremony.record").stdout)["valid"]
    seen = {}
    altered = folder / "altered.record"
    for what, files in alterations(folder, good):
        altered.write_bytes(archive_of(files))
        done = yuxin("--json", "ceremony", "verify", altered, expect=1)
        problems = json.loads(done.stdout)["problems"]
        assert problems, what
        message = re.sub(r"[0-9a-f]{64}", "…", problems[0]["detail"])
        seen.setdefault((problems[0]["problem"], message), []).append(what)
    assert sum(len(what) for what in seen.values()) >= 36
    shared = {message: what for message, what in seen.items() if len(what) > 1}
    # what is signed is one digest: whatever chain is made anew reads alike when the machine has nothing against it
    assert set(message[0] for message in shared) <= {"statement", "order", "transcript"}, shared
    for octets, what in ((record[:-1024], "cut"), (record + b"\0" * 512, "more"), (b"", "nothing"), (record.replace(b"0000644", b"0000600", 1), "mode")):
        altered.write_bytes(octets)
        done = yuxin("--json", "ceremony", "verify", altered, expect=None)
        assert done.returncode == 1, (what, done)
    return len(seen)


def sign_another_record(folder):
    """Somebody with a key of their own signs a changed transcript: the seat is another's."""
    good = files_of((folder / "ceremony/ceremony.record").read_bytes())
    enrolled_key(folder, "mallory")
    (folder / "statement.json").write_bytes(b"{}")
    run("openssl", "cms", "-sign", "-binary", "-nodetach", "-in", "statement.json", "-signer", "mallory.pem", "-inkey", "mallory.key", "-outform", "DER", "-out", "mallory.p7m", cwd=folder)
    altered = folder / "altered.record"
    altered.write_bytes(archive_of({**good, "signatures/witness.p7m": (folder / "mallory.p7m").read_bytes()}))
    problems = json.loads(yuxin("--json", "ceremony", "verify", altered, expect=1).stdout)["problems"]
    assert [problem["problem"] for problem in problems] == ["signature"], problems


with tempfile.TemporaryDirectory(prefix="yuxin-ceremony-") as top:
    place = pathlib.Path(top)
    write_plan(place)
    refuse_and_cut_power(place)
    agree_and_cut_power(place)
    wrong_share_and_exception(place)
    what_stands_in_it(place)
    by_other_tools(place)
    print("caught in", alter(place), "ways")
    sign_another_record(place)
