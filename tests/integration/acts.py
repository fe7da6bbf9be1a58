"""Acts on the real program: roles change on signed words only, each of them can be proven with a root certificate and an archive, and
whoever lost the certificate or the role acts no more."""
import io
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


def rewritten(file, name, change):
    """The archive with one file changed."""
    made = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as new:
        for member in old.getmembers():
            octets = old.extractfile(member).read()
            if member.name == name:
                octets = change(octets)
                if octets is None:
                    continue
            member.size = len(octets)
            new.addfile(member, io.BytesIO(octets))
    return made.getvalue()


def flip(octets):
    middle = len(octets) // 2
    return octets[:middle] + bytes([octets[middle] ^ 1]) + octets[middle + 1:]


def check_tampering(town, file, key):
    with tarfile.open(file) as archive:
        names = archive.getnames()
    changed = town.folder / "changed.tar"
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
    clerk = town.issue("clerk", "person-signing")
    town.acting("secadm", "role", "grant", "PSB:DUTY", "--to", clerk, "--yes")
    serial = town.json("role", "list", "--role", "PSB:DUTY")["grants"][0]["serial"]
    town.acting("secadm", "role", "revoke", serial, "--reason", "superseded", "--yes")
    town.acting("secadm", "role", "grant", "PSB:DUTY", "--to", clerk, "--scope", "org:PSB", "--yes")
    report = json.loads(alone("--json", "verify", export(town, "PSB:DUTY"), "--trust", town.root).stdout)
    assert report["valid"] and [act["type"] for act in report["acts"]] == ["role.grant", "role.revoke", "role.grant"], report


def check_race(town):
    """Two who act on one object at the same time: nobody's act is lost or counted twice."""
    person = town.issue("racer", "person-signing")
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


def check_lost_authority(town):
    """A revoked certificate and a revoked role act no more, at once; what was done before stands."""
    person = town.issue("late", "person-signing")
    town.revoke(town.folder / "secadm.pem")
    before = town.json("role", "list")
    done = town.acting("secadm", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=None)
    assert done.returncode in (1, 3), (done.returncode, done.stderr)
    assert "revoked" in done.stderr, done.stderr
    second = town.issue("secadm2", "person-signing")
    town.acting("super", "role", "grant", "SEC:ADM", "--to", second, "--yes")
    serial = next(row["serial"] for row in town.json("role", "list", "--role", "SEC:ADM")["grants"] if row["holder"].endswith("secadm2"))
    town.acting("super", "role", "revoke", serial, "--reason", "privilegeWithdrawn", "--yes")
    done = town.acting("secadm2", "role", "grant", "PSB:OFF", "--to", person, "--yes", expect=3)
    assert "holds no role" in done.stderr, done.stderr
    after = town.json("role", "list")
    assert len(after["grants"]) == len(before["grants"]) + 1, (before, after)
    alone("verify", town.folder / "SEC-ADM.tar", "--trust", town.root)


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
        tampered = check_tampering(town, file, key)
        check_chain_of_acts(town)
        check_race(town)
        check_lost_authority(town)
        return tampered


def main():
    tampered = story("city")
    story("quickstart", ("--algorithms", "rsa"))
    story("gm")
    print(f"acts hold in three cities; {tampered} altered archives were refused")


if __name__ == "__main__":
    main()
