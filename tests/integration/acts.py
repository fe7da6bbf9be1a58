"""Acts on the real program: roles change on signed words only, each of them can be proven with a root certificate and an archive, and
whoever lost the certificate or the role acts no more."""
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import city


def accepted(town, role):
    """The ledger's entries about acts on one role."""
    lines = town.yuxin("--json", "audit", "log", "--kind", "act.accepted").stdout.splitlines()
    return [entry for entry in map(json.loads, lines) if entry["object"].startswith(f"role/{role}/")]


def alone(*words, expect=0):
    """The program with no home at all, as somebody elsewhere has it."""
    return city.run(city.YUXIN, "--home", "/nowhere", *words, expect=expect)


def export(town, role):
    file = town.folder / f"{role.replace(':', '-')}.tar"
    town.yuxin("audit", "export", "--object", accepted(town, role)[0]["object"], "--out", file)
    return file


def check_openssl(town, file):
    """openssl accepts the act in the archive, with the root and nothing else."""
    folder = town.folder / "opened"
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else archive.extractall(folder)
    said = city.run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "acts/001.p7m", "-CAfile", town.root, "-purpose",
                    "any").stdout
    assert said == (folder / "acts/001.json").read_text(), said
    statement = json.loads(said)
    assert statement["type"] == "role.grant" and statement["previous"] is None, statement
    city.run("openssl", "ts", "-verify", "-token_in", "-in", folder / "plain/001-time-stamp.tst", "-data", folder / "plain/001-signature.bin",
             "-CAfile", town.root, "-untrusted", folder / "plain/001-certificates.pem")


def archive_of(members):
    """A tar archive of (name, octets) in the one form that a bundle has (POSIX ustar); Python's own differs in fields that say nothing."""
    made = b""
    for name, octets in members:
        fields = [(0, name.encode()), (100, b"0000644"), (108, b"0000000"), (116, b"0000000"), (124, b"%011o" % len(octets)), (136, b"0" * 11),
                  (148, b" " * 8), (156, b"0"), (257, b"ustar\x0000"), (329, b"0000000"), (337, b"0000000")]
        header = bytearray(512)
        for at, value in fields:
            header[at:at + len(value)] = value
        header[148:156] = b"%06o\0 " % sum(header)
        made += bytes(header) + octets + bytes(-len(octets) % 512)
    return made + bytes(1024)


def rewritten(file, name, change):
    """The archive with one file changed."""
    with tarfile.open(file) as old:
        members = [(member.name, old.extractfile(member).read()) for member in old.getmembers()]
    changed = [(one, change(octets) if one == name else octets) for one, octets in members]
    return archive_of([(one, octets) for one, octets in changed if octets is not None])


def flip(octets):
    middle = len(octets) // 2
    return octets[:middle] + bytes([octets[middle] ^ 1]) + octets[middle + 1:]


def check_tampering(town, file, key):
    with tarfile.open(file) as archive:
        names = archive.getnames()
    changed = town.folder / "changed.tar"
    assert rewritten(file, names[0], lambda octets: octets) == file.read_bytes()
    for name in names:
        for change in (flip, lambda octets: None, lambda octets: octets + b" "):
            changed.write_bytes(rewritten(file, name, change))
            done = alone("verify", changed, "--trust", town.root, "--ledger-key", key, expect=None)
            assert done.returncode == 1, (name, change, done.returncode, done.stdout, done.stderr)
    stranger = town.folder / "stranger.pem"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", town.folder / "x.key", "-out",
             stranger, "-subj", "/CN=stranger")
    alone("verify", file, "--trust", stranger, "--ledger-key", key, expect=1)
    return len(names) * 3


def check_chain_of_acts(town):
    """What happens to one role of one person hangs together, and the archive holds all of it in its order."""
    clerk = town.issue("clerk", "officer")
    town.acting("secadm", "role", "grant", "PSB:DUTY", "--to", clerk, "--yes")
    serial = town.json("role", "list", "--role", "PSB:DUTY")["grants"][0]["serial"]
    town.acting("secadm", "role", "revoke", serial, "--reason", "superseded", "--yes")
    town.acting("secadm", "role", "grant", "PSB:DUTY", "--to", clerk, "--scope", "org:PSB", "--yes")
    report = json.loads(alone("--json", "verify", export(town, "PSB:DUTY"), "--trust", town.root).stdout)
    assert report["valid"] and [act["type"] for act in report["acts"]] == ["role.grant", "role.revoke", "role.grant"], report


def check_race(town):
    """Two who act on one object at the same time: nobody's act is lost or counted twice."""
    person = town.issue("racer", "officer")
    words = [city.YUXIN, "--home", town.online, "--passphrase-file", town.passphrase, "--as", f"{town.folder / 'secadm'}.pem,{town.folder / 'secadm'}.key",
             "role", "grant", "PSB:LEAD", "--to", person, "--yes"]
    both = [subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    codes = []
    for process in both:
        said = process.communicate(timeout=60)[1]
        codes.append(process.returncode)
        assert process.returncode in (0, 5), (process.returncode, said)
    acts = accepted(town, "PSB:LEAD")
    assert 0 in codes and len(acts) == codes.count(0), (codes, acts)
    assert town.json("audit", "verify")["problems"] == []


def check_second_attribute_authority(town):
    """An attribute authority that was on hold has a second certificate beside it; what it granted before holds on, and what either grants."""
    person = town.issue("between", "officer")
    authority = town.json("cert", "list", "--profile", "attribute-authority")["certificates"]
    assert len(authority) == 1, authority
    town.yuxin("cert", "hold", authority[0]["serial"], "--yes")
    held = town.acting("secadm", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=None)
    assert held.returncode != 0, held
    town.yuxin("cert", "release", authority[0]["serial"], "--yes")
    assert len(town.json("cert", "list", "--profile", "attribute-authority")["certificates"]) == 2
    for role in ("PSB:OFF", "PSB:DUTY"):
        town.acting("secadm", "role", "grant", role, "--to", person, "--yes")
    # whoever was granted a role by the new one acts in it, and its acts verify elsewhere
    second = town.issue("secadm3", "officer")
    town.acting("super", "role", "grant", "SEC:ADM", "--to", second, "--yes")
    town.acting("secadm3", "role", "grant", "PSB:LEAD", "--to", person, "--scope", "org:PSB", "--yes")
    assert json.loads(alone("--json", "verify", export(town, "PSB:LEAD"), "--trust", town.root).stdout)["valid"]


def check_lost_authority(town):
    """A revoked certificate and a revoked role act no more, at once; what was done before stands."""
    person = town.issue("late", "officer")
    town.revoke(town.folder / "secadm.pem", "superseded")
    before = town.json("role", "list")
    done = town.acting("secadm", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=None)
    assert done.returncode in (1, 3), (done.returncode, done.stderr)
    assert "revoked" in done.stderr, done.stderr
    thief = town.issue("stolen", "officer")
    town.acting("super", "role", "grant", "SEC:ADM", "--to", thief, "--yes")
    town.revoke(thief, "keyCompromise")
    done = town.acting("stolen", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=3)
    assert "holds no role" in done.stderr, done.stderr
    states = [row["state"] for row in town.json("role", "list", "--role", "SEC:ADM")["grants"] if row["holder"].endswith("stolen")]
    assert states == ["compromised"], states
    second = town.issue("secadm2", "officer")
    town.acting("super", "role", "grant", "SEC:ADM", "--to", second, "--yes")
    serial = next(row["serial"] for row in town.json("role", "list", "--role", "SEC:ADM")["grants"] if row["holder"].endswith("secadm2"))
    town.acting("super", "role", "revoke", serial, "--reason", "privilegeWithdrawn", "--yes")
    done = town.acting("secadm2", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=3)
    assert "holds no role" in done.stderr, done.stderr
    after = town.json("role", "list")
    assert len(after["grants"]) == len(before["grants"]) + 2, (before, after)
    alone("verify", town.folder / "SEC-ADM.tar", "--trust", town.root)


def check_forged_ledger(town, file):
    """A genuine act in a ledger that a stranger made around it: the act is proven, what the ledger says is not."""
    with tarfile.open(file) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive.getmembers()}
    key = town.folder / "forger.pem"
    city.run("openssl", "genpkey", "-algorithm", "ED25519", "-out", key)
    raw = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout[-32:]
    origin = files["checkpoint.txt"].split(b"\n")[0]
    typed = b"\x01" + raw
    digest = hashlib.sha256(origin + b"\n" + typed).digest()[:4]
    sequences = sorted(int(name.split("/")[1][:-5]) for name in files if name.startswith("records/"))
    for name in [name for name in files if name.startswith(("records/", "proofs/"))]:
        if name not in (f"records/{sequences[0]}.json", f"proofs/{sequences[0]}.json"):
            del files[name]
    # one invented record: a tree of a single leaf needs no path
    record = json.loads(files.pop(f"records/{sequences[0]}.json"))
    files.pop(f"proofs/{sequences[0]}.json")
    record["actor"] = "C=CN, O=Test City, CN=somebody else"
    octets = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    leaf = base64.b64encode(hashlib.sha256(b"\0" + octets).digest()).decode()
    files["records/0.json"] = octets
    files["proofs/0.json"] = json.dumps({"leaf": leaf, "path": [], "sequence": 0, "size": 1}, separators=(",", ":")).encode()
    text = origin + b"\n1\n" + leaf.encode() + b"\n"
    (town.folder / "note").write_bytes(text)
    city.run("openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", town.folder / "note", "-out", town.folder / "note.sig")
    signature = (town.folder / "note.sig").read_bytes()
    files["checkpoint.txt"] = text + "\n\u2014 ".encode() + origin + b" " + base64.b64encode(digest + signature) + b"\n"
    files["plain/checkpoint.txt"], files["plain/checkpoint-signature.bin"] = text, signature
    files["plain/ledger-key.pem"] = city.run("openssl", "pkey", "-in", key, "-pubout").stdout.encode()
    for name in ("checkpoint.tst", "plain/checkpoint-certificates.pem"):
        files.pop(name, None)
    manifest = json.loads(files.pop("manifest.json"))
    manifest["ledger_key"] = f"{origin.decode()}+{digest.hex()}+{base64.b64encode(typed).decode()}"
    without = {name: octets for name, octets in files.items() if name != "ledger.pem"}
    for some in (files, without):
        manifest["files"] = [{"name": name, "sha256": hashlib.sha256(octets).hexdigest(), "size": len(octets)} for name, octets in sorted(some.items())]
        whole = dict(some)
        whole["manifest.json"] = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        forged = town.folder / "forged.tar"
        forged.write_bytes(archive_of(sorted(whole.items())))
        said = json.loads(alone("--json", "verify", forged, "--trust", town.root, expect=1).stdout)
        assert not said["valid"] and said["ledger_proof"] == "none" and len(said["acts"]) == 1, said
        assert ("ledger.pem" in some) == bool([one for one in said["problems"] if "not signed with the key given" in one]), said


def story(preset, options=()):
    with city.City(preset=preset, options=options) as town:
        town.found_roles()
        key = town.folder / "ledger.pub"
        shutil.copy(town.online / "keys/ledger.pub", key)
        file = export(town, "SEC:ADM")
        said = alone("verify", file, "--trust", town.root, "--ledger-key", key).stdout
        assert "Good: everything about role/SEC:ADM/" in said, said
        if preset != "city":
            return 0
        check_openssl(town, file)
        check_forged_ledger(town, file)
        tampered = check_tampering(town, file, key)
        check_chain_of_acts(town)
        check_race(town)
        check_second_attribute_authority(town)
        check_lost_authority(town)
        return tampered


def main():
    tampered = story("city")
    story("quickstart", ("--algorithms", "rsa"))
    story("gm")
    print(f"acts hold in three cities; {tampered} altered archives were refused")


if __name__ == "__main__":
    main()
