"""CMP with a second client, BouncyCastle's: enrolled upon a secret, confirmed, updated by signature, revoked."""
import pathlib
import subprocess

import city

JARS = [pathlib.Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil")]

missing = [jar.name for jar in JARS if not jar.exists()]
if missing:
    city.skip(f"BouncyCastle is not installed: {', '.join(missing)} (libbcpkix-java)")
city.need("java", "openssl")
if subprocess.run(["javac", "-version"], capture_output=True, check=False).returncode != 0:
    city.skip("javac is not installed (openjdk-17-jdk-headless)")

with city.City() as town:
    port = city.free_port()
    settings = town.online / "yuxin.toml"
    settings.write_text(settings.read_text().replace("plain_port = 0", f"plain_port = {port}"))
    secret = town.folder / "meters.secret"
    town.yuxin("client", "add", "meters", "--protocol", "cmp", "--profile", "device", "--under", "meters.city.test", "--secret-out", secret)
    path = ":".join(map(str, JARS))
    city.run("javac", "-cp", path, "-d", town.folder, "tests/support/java/CmpClient.java")
    with town.serve("--verbose"):
        client = ("java", "-cp", f"{path}:{town.folder}", "CmpClient", f"http://127.0.0.1:{port}/.well-known/cmp", "meters")
        city.run(*client, secret.read_text().strip(), "m1.meters.city.test", town.folder / "m1")
        for name in ("m1-1", "m1-2"):
            city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, town.folder / f"{name}.pem")
        assert ": revoked" in town.ocsp(town.folder / "m1-1.pem")
        assert ": good" in town.ocsp(town.folder / "m1-2.pem")
        before = len(town.json("cert", "list", "--profile", "device")["certificates"])
        refused = city.run(*client, "wrong", "m2.meters.city.test", town.folder / "m2", expect=1)
        assert "IllegalState" in refused.stderr or "CMPException" in refused.stderr, refused.stderr
        assert len(town.json("cert", "list", "--profile", "device")["certificates"]) == before == 2
print("BouncyCastle's client of CMP and this server understand each other")
