"""The recipes of docs/machines.md and docs/acme.md, typed as they are printed: with curl, strongSwan's pki and lego, against a real server."""
import os
import pathlib
import re
import shutil

import city

TOP = pathlib.Path(os.environ.get("YUXIN_SOURCE_DIR", "."))


def recipe(page, name):
    """The commands of all blocks of a page that are marked `recipe-NAME`."""
    lines, goes_on = [], False
    for block in re.findall(rf"^```console skip recipe-{name}\n(.*?)^```", (TOP / page).read_text(), re.M | re.S):
        for line in block.splitlines():
            if line.startswith(("$ ", "# ")):
                lines.append(line[2:])
            elif goes_on:
                lines.append(line)
            goes_on = line.endswith("\\")
    assert lines, (page, name)
    return "\n".join(lines)


def type_in(town, text, changes):
    """bash takes the lines in the folder of the town; what is changed are addresses and secrets, which this city has others of."""
    for old, new in changes.items():
        assert old in text, (old, text)
        text = text.replace(old, new)
    city.run("bash", "-euo", "pipefail", "-c", text, cwd=town.folder)


def add(town, name, protocol, profile, under):
    town.yuxin("client", "add", name, "--protocol", protocol, "--profile", profile, "--under", under, "--secret-out", town.folder / f"{name}.secret")


def check(town, name, host, key=None):
    """The certificate is of this city, for the host, and for the key that lies beside it."""
    pem = town.folder / f"{name}.pem"
    city.run("openssl", "verify", "-CAfile", town.root, "-untrusted", town.issuing, "-verify_hostname", host, pem)
    public = city.run("openssl", "pkey", "-in", key or town.folder / f"{name}.key", "-pubout").stdout
    assert public == city.run("openssl", "x509", "-in", pem, "-noout", "-pubkey").stdout, name
    return town.serial(pem)


def check_est(town):
    type_in(town, recipe("docs/machines.md", "est"), {"ra.city.example:8443": f"localhost:{town.ra_port}"})
    first, second = (check(town, name, "m1.meters.city.example") for name in ("m1", "m1-new"))
    assert first != second
    check(town, "m2", "m2.meters.city.example")
    print("EST with curl")


def check_scep(town, port):
    if not shutil.which("pki") or "--scep" not in city.run("pki", "--help", expect=None).stdout:
        print("strongSwan's pki with SCEP is not installed; it was not asked")
        return
    type_in(town, recipe("docs/machines.md", "scep"), {"ra.city.example:8081": f"127.0.0.1:{port}"})
    first, second = (check(town, name, "c1.cameras.city.example") for name in ("c1", "c1-new"))
    assert first != second
    print("SCEP with strongSwan")


def check_cmp(town, port):
    if city.run("openssl", "cmp", "-help", expect=None).returncode != 0:
        print("this openssl has no cmp; it was not asked")
        return
    type_in(town, recipe("docs/machines.md", "cmp"), {"ra.city.example:8081": f"127.0.0.1:{port}"})
    first, second = (check(town, name, "p1.pumps.city.example") for name in ("p1", "p1-new"))
    assert first != second
    print("CMP with openssl")


def check_lego(town, web_port):
    if not shutil.which("lego"):
        print("lego is not installed; it was not asked")
        return
    key = town.json("acme", "key", "portal")["hmac_key"]
    type_in(town, recipe("docs/acme.md", "lego"), {
        "ra.city.example:8443": f"127.0.0.1:{town.ra_port}", "/etc/ssl/city-root.pem": str(town.root), "/etc/lego": "lego", "6cUiD8FUuX…": key,
        "--http ": f"--http --http.port 127.0.0.1:{web_port} "})
    made = town.folder / "lego/certificates"
    shutil.copy(made / "portal.city.example.crt", town.folder / "portal.pem")
    check(town, "portal", "portal.city.example", made / "portal.city.example.key")
    assert (town.folder / "portal.pem").read_text().count("BEGIN CERTIFICATE") == 2
    print("ACME with lego")


def main():
    city.need("curl")
    with city.City() as town:
        add(town, "water-meters", "est", "device", "meters.city.example")
        add(town, "cameras", "scep", "device", "cameras.city.example")
        add(town, "pumps", "cmp", "device", "pumps.city.example")
        add(town, "portal", "acme", "tls-server", "portal.city.example")
        plain_port, web_port = city.free_port(), city.free_port()
        settings = town.online / "yuxin.toml"
        text = settings.read_text()
        for key, value in (("plain_port", plain_port), ("http01_port", web_port), ("local_addresses", "true")):
            text, count = re.subn(rf"^({key} *= ).*?( *#.*)?$", rf"\g<1>{value}", text, flags=re.M)
            assert count == 1, key
        settings.write_text(text)
        resolver = start_resolver(settings, town.folder / "txt")
        with town.serve() as server:
            check_est(town)
            check_cmp(town, plain_port)
            check_scep(town, plain_port)
            if resolver:
                check_lego(town, web_port)
            assert server.stop() == 0
    print("the recipes hold")


def start_resolver(settings, folder):
    """A resolver that knows of this machine alone; nothing where Python's cryptography is missing, upon which its module stands."""
    try:
        import _acme_world
    except ImportError as error:
        print(f"Python's cryptography is not installed ({error}); lego was not asked")
        return None
    resolver = _acme_world.Resolver(folder)
    text, count = re.subn(r"^(resolver *= ).*?( *#.*)?$", rf'\g<1>"127.0.0.1:{resolver.port}"', settings.read_text(), flags=re.M)
    assert count == 1
    settings.write_text(text)
    return resolver


main()
