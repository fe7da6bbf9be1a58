"""Nothing secret where others may find it: the passphrase of a home, its root key, the private keys of its authority and services and an officer's, and a client's secret, are
looked for, byte for byte, in the memory of a running server (what is found must be locked, and left out of dumps), in core dumps, command lines,
environments, logs, temporary folders and every file of the home. The keys are had by other people's programs, from the files of the home."""
import base64
import binascii
import hashlib
import hmac
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile

import city
from city import YUXIN, run

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    city.skip("Python's cryptography is not installed")

if os.geteuid() != 0:
    city.skip("the memory of a process that protects itself is read by root only")


def root_key(home, passphrase):
    """The key under which everything in a home is encrypted, as docs/keys.md and docs/storage.md describe the file."""
    seal = next(way["seal"] for way in json.loads((home / "keys/unlock.json").read_text())["ways"] if way["way"] == "passphrase")
    key = hashlib.scrypt(passphrase, salt=bytes.fromhex(seal["salt"]), n=seal["n"], r=seal["r"], p=seal["p"], maxmem=1 << 28, dklen=32)
    bound = f"yuxin-seal-1 scrypt {seal['n']} {seal['r']} {seal['p']} {seal['salt']} aes-256-gcm {seal['nonce']}"
    return AESGCM(key).decrypt(bytes.fromhex(seal["nonce"]), bytes.fromhex(seal["sealed"]), bound.encode())


def hkdf(key, info):
    """RFC 5869 with SHA-256, no salt, one block."""
    return hmac.new(hmac.new(bytes(32), key, "sha256").digest(), info + b"\1", "sha256").digest()


def scalar_of(pem, password):
    key = serialization.load_pem_private_key(pem, password)
    return key.private_numbers().private_value.to_bytes((key.key_size + 7) // 8, "big")


def forms(name, secret, big_number=False):
    """How a secret may look: as it is, as text, and a number the way libraries keep it."""
    found = {name: secret, name + " in hex": binascii.hexlify(secret), name + " in HEX": binascii.hexlify(secret).upper()}
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + secret)
        found[f"{name} in base64 ({shift})"] = text[4 * ((shift + 2) // 3) + 1:len(text) // 4 * 4 - 4]
    if big_number:
        found[name + " in limbs"] = secret[::-1]
    return found


def locked(flags):
    return "lo" in flags and "dd" in flags


def search_memory(pid, secrets):
    """Gives (what, where) for everything that is found in memory that may be swapped out or dumped."""
    exposed, seen = [], set()
    maps = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", pathlib.Path(f"/proc/{pid}/smaps").read_text())[1:]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for entry in maps:
            first, _, rest = entry.partition("\n")
            span, access, *_ = first.split()
            if not access.startswith("r"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            flags = re.search(r"VmFlags: (.*)", rest).group(1).split()
            try:
                memory.seek(start)
                octets = memory.read(end - start)
            except (OSError, ValueError):
                continue  # not readable: the kernel's own pages
            for what, secret in secrets.items():
                if secret in octets:
                    seen.add(what)
                    if not locked(flags):
                        exposed.append((what, first))
    return exposed, seen


def search_files(folder, secrets, allowed=()):
    found = []
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and not path.is_symlink() and path not in allowed:
            octets = path.read_bytes()
            found += [(what, path) for what, secret in secrets.items() if secret in octets]
    return found


with city.City() as town, tempfile.TemporaryDirectory() as scratch:
    os.environ["TMPDIR"] = scratch
    passphrase = pathlib.Path(town.passphrase).read_text().strip().encode()
    root = root_key(town.online, passphrase)
    signers = {name.stem: scalar_of(name.read_bytes(), binascii.hexlify(hkdf(root, f"yuxin key file {name.stem}".encode())))
               for name in (town.online / "keys").glob("*.key") if name.stem != "ledger"}
    responder = next(name for name in signers if name.startswith("ocsp-"))
    town.request("officer", subject="/C=CN/O=Test City/CN=Wang Fang")
    officer = scalar_of((town.folder / "officer.key").read_bytes(), None)
    secrets = forms("the passphrase", passphrase) | forms("the root key", root)
    for name, scalar in signers.items():
        secrets |= forms(f"key {name}", scalar, True)
    person = forms("the officer's key", officer, True)
    # The one secret of somebody else's that a home keeps to use it.
    told = town.folder / "meters.secret"
    town.yuxin("client", "add", "meters", "--protocol", "cmp", "--profile", "device", "--under", "meters.city.test", "--secret-out", told)
    secrets |= forms("a client's secret", told.read_text().strip().encode())

    # What commands leave behind: files, logs, temporary files, also when they are told to say everything.
    certificate = town.issue("officer-cert", "person-signing", csr=town.folder / "officer.csr")
    pair = town.folder / "officer.pem"
    pair.write_bytes((town.folder / "officer.key").read_bytes() + pathlib.Path(certificate).read_bytes())
    (town.folder / "text").write_text("a text")
    signed = run(YUXIN, "--home", town.online, "--verbose", "--as", pair, "sign", town.folder / "text", "--out", town.folder / "text.p7m")
    said = (signed.stdout + signed.stderr).encode()
    assert not [what for what, secret in person.items() if secret in said], said

    with town.serve("--verbose") as server:
        pid = server.process.pid
        for _ in range(20):
            assert "good" in town.ocsp(certificate)
        for name in ("m1", "m2"):
            key, host = town.folder / f"{name}.key", f"{name}.meters.city.test"
            run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
            run("openssl", "cmp", "-config", "", "-cmd", "ir", "-server", f"localhost:{town.ra_port}", "-tls_used", "-tls_trusted", town.root, "-path", ".well-known/cmp", "-recipient", "/CN=ra",
                "-ref", "meters", "-secret", f"file:{told}", "-newkey", key, "-subject", f"/CN={host}", "-sans", host, "-certout", town.folder / f"{name}.pem")
        # The key of the registration interface's TLS certificate was made by the server.
        made = [file for file in (town.online / "keys").glob("tls-*.key") if file.stem not in signers]
        assert made, "the server made no key for its registration interface"
        for file in made:
            secrets |= forms(f"key {file.stem}", scalar_of(file.read_bytes(), binascii.hexlify(hkdf(root, f"yuxin key file {file.stem}".encode()))), True)
        exposed, seen = search_memory(pid, secrets)
        # Were they not there at all, the search would prove nothing.
        assert any(what.startswith("the root key") for what in seen), seen
        assert f"key {responder} in limbs" in seen, seen
        assert not exposed, "\n".join(f"{what}: {where}" for what, where in exposed)
        for name in ("environ", "cmdline"):
            octets = pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
            assert not [what for what, secret in secrets.items() if secret in octets], name
        assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)

    # A server that dies of a signal leaves no core, though its parent allowed one.
    core_folder = town.folder / "cores"
    core_folder.mkdir()
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    crashed = subprocess.Popen([YUXIN, "--home", town.online.resolve(), "--passphrase-file", pathlib.Path(town.passphrase).resolve(), "serve",
                                "--public-port", str(city.free_port()), "--ra-port", str(city.free_port())], cwd=core_folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in crashed.stderr:
        if "http://" in line:
            break
    crashed.send_signal(signal.SIGABRT)
    crashed.communicate()
    assert crashed.returncode == -signal.SIGABRT, crashed.returncode
    assert not list(core_folder.iterdir())

    town.yuxin("audit", "verify")
    given = {pathlib.Path(town.passphrase), town.folder / "officer.key", pair, told}
    everything = secrets | person
    for folder in (town.folder, scratch):
        left = search_files(folder, everything, given)
        assert not left, left
    print(f"{len(everything)} forms of {len(signers) + 3} secrets; in locked memory: {', '.join(sorted(seen))}")
