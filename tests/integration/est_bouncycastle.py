"""EST with a second client, BouncyCastle's: authorities read, enrolled by HTTP Basic, renewed by certificate, refused."""
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
    secret = town.folder / "meters.secret"
    town.yuxin("client", "add", "meters", "--protocol", "est", "--profile", "device", "--under", "meters.city.test", "--secret-out", secret)
    path = ":".join(map(str, JARS))
    city.run("javac", "-cp", path, "-d", town.folder, "tests/support/java/EstClient.java")
    with town.serve():
        client = ("java", "-cp", f"{path}:{town.folder}", "EstClient", town.ra_port, town.root, "meters")
        city.run(*client, secret.read_text().strip(), "m1.meters.city.test", town.folder / "m1")
        for name in ("m1-1", "m1-2"):
            city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, town.folder / f"{name}.pem")
        assert town.serial(town.folder / "m1-1.pem") != town.serial(town.folder / "m1-2.pem")
        refused = city.run(*client, "wrong", "m2.meters.city.test", town.folder / "m2", expect=3)
        assert "401" in refused.stderr, refused.stderr
        outside = city.run(*client, secret.read_text().strip(), "m2.other.test", town.folder / "m2", expect=3)
        assert "400" in outside.stderr or "lies under none of the domains" in outside.stderr, outside.stderr
        assert len(town.json("cert", "list", "--profile", "device")["certificates"]) == 2
print("BouncyCastle's client of EST and this server understand each other")
