"""kill -9 at any moment of `key migrate`: the root signs with one key all the time, from the home or from the token, and the next call goes on.
YUXIN_FAULT_KILLS says how many kills, YUXIN_SEED replays them."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import _campaign
import city
from city import run

city.need("openssl", "softhsm2-util")
MODULE = next((path for path in map(pathlib.Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so",
                                                   "/usr/lib64/pkcs11/libsofthsm2.so")) if path.exists()), None)
if not MODULE:
    city.skip("the module of SoftHSM is not where Debian has it")
KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 16)


def new_tokens(folder):
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    pin = folder / "pin"
    pin.write_text("pin-of-the-token\n")
    pin.chmod(0o600)


def authority(town, number):
    """A root of its own for every round, with its key in the home, and a token for it."""
    name = f"root-{number}"
    at_root(town, "ca", "create", name, "--root", "--subject", f"C=CN, CN=Root {number}")
    run("softhsm2-util", "--init-token", "--free", "--label", name, "--pin", "pin-of-the-token", "--so-pin", "security-officer")
    return name


def at_root(town, *words, expect=0):
    return run(city.YUXIN, "--home", town.root_home, "--passphrase-file", town.passphrase, "--pin-file", town.folder / "pin", "--yes", *words, expect=expect)


def signs(town, name):
    """The list that the root signs now is good under its certificate, says openssl."""
    crl, pem = town.folder / "now.crl", town.folder / "now.pem"
    crl.unlink(missing_ok=True)
    at_root(town, "ca", "crl", name, "--out", crl)
    pem.write_text(at_root(town, "ca", "show", name, "--pem").stdout)
    done = run("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-CAfile", pem)
    assert "verify OK" in done.stdout + done.stderr, done


def migrate_words(town, name):
    return [city.YUXIN, "--home", town.root_home, "--passphrase-file", town.passphrase, "--pin-file", town.folder / "pin", "--yes",
            "key", "migrate", name, "--token", f"pkcs11:token={name}"]


def token_is_there(name):
    labels = re.findall(r"Label: +(\S+)", run("softhsm2-util", "--show-slots").stdout)
    return name in labels


rng = _campaign.seeded()
with city.City() as town:
    new_tokens(town.folder)
    settings = town.root_home / "yuxin.toml"
    text, found = re.subn(r"^modules  = \[\]", f'modules  = ["{MODULE}"]', settings.read_text(), flags=re.M)
    assert found == 1
    settings.write_text(text)
    kills = rounds = lost = 0
    whole = 0.5
    while kills < KILLS and rounds < 4 * KILLS:
        rounds += 1
        name = authority(town, rounds)
        process = subprocess.Popen([str(word) for word in migrate_words(town, name)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        begun = time.monotonic()
        time.sleep(rng.uniform(0.3, 1.0) * whole)
        process.kill()
        said = process.communicate()[1].decode()
        assert process.returncode in (0, -9), said
        if process.returncode == -9:
            kills += 1
        else:
            whole = min(whole, time.monotonic() - begun)
        signs(town, name)
        done = run(*migrate_words(town, name), expect=None)
        if done.returncode != 0 and not token_is_there(name):
            # SoftHSM's own files do not survive every kill; the home has lost nothing, and signs
            lost += 1
            signs(town, name)
            continue
        assert done.returncode == 0, done
        signs(town, name)
        log = [line for line in at_root(town, "audit", "log", "--kind", "key.migrated", "--limit", "0").stdout.splitlines() if f"keys/{name}" in line]
        assert len(log) == 1, log
    assert run(city.YUXIN, "--home", town.root_home, "audit", "verify").returncode == 0
    assert lost <= rounds // 5, f"{lost} tokens of {rounds} were gone"
    print(f"killed {kills} times in {rounds} rounds; {lost} tokens were cut off in SoftHSM's own files")
