"""Roles as other people's programs see them: BouncyCastle reads and verifies the attribute certificates, openssl and GnuTLS the list of
revoked ones."""
import json
import os
import pathlib
import subprocess

import city

JARS = [pathlib.Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil")]
SOURCE = pathlib.Path(os.environ.get("YUXIN_SOURCE_DIR", ".")) / "tests/support/java/AttributeCertificates.java"


def java(*words, expect=0):
    path = ":".join(map(str, JARS))
    return city.run("java", "-cp", path, SOURCE, *words, expect=expect).stdout


def facts(text):
    """The facts of a reader, one a line: a word, and what it is."""
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        found.setdefault(name, []).append(value)
    return found


def need_java():
    city.need("java", "openssl")
    missing = [jar.name for jar in JARS if not jar.exists()]
    if missing:
        city.skip(f"BouncyCastle is not installed: {', '.join(missing)} (libbcpkix-java)")
    if subprocess.run(["javac", "-version"], capture_output=True, check=False).returncode != 0:
        city.skip("javac is not installed (openjdk-17-jdk-headless)")


def authority_of(town):
    """The attribute authority's certificate, as the home has it."""
    rows = town.json("cert", "list", "--profile", "attribute-authority")["certificates"]
    file = town.folder / "authority.pem"
    town.yuxin("cert", "export", rows[0]["serial"], "--out", file)
    return file


def grant(town, role, certificate, *options):
    """The serial number and the file of a new grant."""
    file = town.folder / f"{role.replace(':', '-')}-{certificate.stem}.pem"
    granted = town.acting("secadm", "--json", "role", "grant", role, "--to", certificate, "--out", file, "--yes", *options)
    document = json.loads(granted.stdout)
    return document["grants"][0], file


def check_grant(town, preset):
    town.found_roles()
    officer = town.issue("officer-05", "officer")
    authority = authority_of(town)
    role = "PSB:OFF" if preset == "city" else "OFFICE:STAFF"
    row, file = grant(town, role, officer, "--days", "30")
    found = facts(java("read", file, authority, officer))
    assert found["version"] == ["2"], found
    assert found["serial"][0].upper() == row["serial"].lstrip("0"), (found, row)
    assert found["holder-name"] == ["C=CN,O=Test City,CN=officer-05"], found
    assert found["holder-name-fits"] == ["true"] and found["holder-key-fits"] == ["true"], found
    assert found["holder-digest-type"] == ["0"], found  # RFC 5755 section 4.1: publicKey (0)
    assert found["issuer-fits"] == ["true"], found
    assert found["not-before"] == [row["not_before"]] and found["not-after"] == [row["not_after"]], (found, row)
    assert found["role"] == [f"urn:yuxin:role:{role}"], found
    assert found["attribute"] == ["2.5.4.72"], found  # not limited: no scope
    assert sorted(found["extension"]) == ["2.5.29.31", "2.5.29.35"], found  # cRLDistributionPoints, authorityKeyIdentifier
    assert found["signature"] == ["good"], found
    other = town.issue("officer-06", "officer")
    assert facts(java("read", file, authority, other))["holder-key-fits"] == ["false"]
    assert facts(java("read", file, town.issuing, officer, expect=1))["signature"] == ["bad"]
    return row, authority


def check_list(town, row, authority):
    with town.serve():
        status, fields, before = town.get("/crl/roles.crl")
        assert status == 200 and fields["Content-Type"] == "application/pkix-crl", (status, fields)
        # another process revokes while the server runs
        town.acting("secadm", "role", "revoke", row["serial"], "--reason", "privilegeWithdrawn", "--yes")
        _, _, after = town.get("/crl/roles.crl")
    assert before != after
    file = town.folder / "roles.crl"
    file.write_bytes(after)
    done = city.run("openssl", "crl", "-inform", "DER", "-in", file, "-CAfile", authority, "-noout", "-text")
    assert "verify OK" in done.stdout + done.stderr, done.stderr
    for part in ("Only Attribute Certificates", row["serial"], "Privilege Withdrawn", "X509v3 Authority Key Identifier"):
        assert part in done.stdout, (part, done.stdout)
    assert "X509v3 Issuing Distribution Point: critical" in done.stdout.replace(" \n", "\n"), done.stdout
    done = city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, authority)
    assert "OK" in done.stdout, done.stdout


def check_gnutls(town, authority):
    import shutil
    if not shutil.which("certtool"):
        print("certtool is not installed: GnuTLS was not asked")
        return
    shown = city.run("certtool", "--crl-info", "--inder", "--infile", town.folder / "roles.crl").stdout
    assert "Attribute authority of issuing" in shown and "ignatures" not in shown.split("Extensions")[0].lower(), shown
    chain = town.folder / "chain.pem"
    chain.write_text(authority.read_text() + town.issuing.read_text() + town.root.read_text())
    done = city.run("certtool", "--verify-chain", "--infile", chain)
    assert "Verified. The certificate is trusted" in done.stdout, done.stdout


def main():
    need_java()
    for preset in ("quickstart", "city"):
        with city.City(preset=preset) as town:
            row, authority = check_grant(town, preset)
            check_list(town, row, authority)
            check_gnutls(town, authority)
    with city.City(preset="gm") as town:  # SM2 with SM3; neither openssl nor GnuTLS verifies such lists
        check_grant(town, "gm")
    print("BouncyCastle, openssl and GnuTLS agree")


if __name__ == "__main__":
    main()
