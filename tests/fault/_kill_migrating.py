"""kill -9 at any moment of `key migrate`: the root signs with one key all the time, from the home or from the token, and the next call goes on.

SoftHSM's own file of a token does not survive every kill: at each login it is cut to nothing and written anew (ObjectFile::store), so a process that
dies in between leaves no token, whoever it was; OpenSC's pkcs11-tool loses one in the same way. Such a file is known by what is left of it, is put back
as it was before the kill, and then everything must go on. Any other trouble is ours."""
import pathlib
import subprocess
import time

import city
import soft_tokens
from city import run


class Migration:
    """A root's home, and a token for each root in it."""

    def __init__(self, town):
        self.town, self.tokens = town, soft_tokens.Tokens(town.folder)
        self.pin = town.folder / "pin"
        self.pin.write_text("pin-of-the-token\n")
        self.pin.chmod(0o600)
        soft_tokens.set_keys(town.root_home, self.tokens.module)

    def words(self, *words):
        return [city.YUXIN, "--home", self.town.root_home, "--passphrase-file", self.town.passphrase, "--pin-file", self.pin, "--yes", *words]

    def at_root(self, *words):
        return run(*self.words(*words))

    def authority(self, number):
        """A root of its own for every round, with its key in the home, and a token for it."""
        name = f"root-{number}"
        self.at_root("ca", "create", name, "--root", "--subject", f"C=CN, CN=Root {number}")
        known = set(self.tokens.store.iterdir())
        run("softhsm2-util", "--init-token", "--free", "--label", name, "--pin", "pin-of-the-token", "--so-pin", "security-officer")
        (folder,) = set(self.tokens.store.iterdir()) - known
        return name, folder / "token.object"

    def migrate_words(self, name):
        return [str(word) for word in self.words("key", "migrate", name, "--token", f"pkcs11:token={name}")]

    def killed(self, name, delay):
        """True when the command was killed; how long it took, where it was not."""
        process = subprocess.Popen(self.migrate_words(name), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        begun = time.monotonic()
        time.sleep(delay)
        process.kill()
        said = process.communicate()[1].decode()
        assert process.returncode in (0, -9), said
        return process.returncode == -9, time.monotonic() - begun

    def signs(self, name):
        """The list that the root signs now is good under its certificate, says openssl."""
        crl, pem = self.town.folder / "now.crl", self.town.folder / "now.pem"
        crl.unlink(missing_ok=True)
        self.at_root("ca", "crl", name, "--out", crl)
        pem.write_text(self.at_root("ca", "show", name, "--pem").stdout)
        done = run("openssl", "crl", "-inform", "DER", "-in", crl, "-noout", "-CAfile", pem)
        assert "verify OK" in done.stdout + done.stderr, done

    def key_is_on_token(self, name):
        return f"pkcs11:token={name};object={name}" in self.at_root("key", "list").stdout

    def check(self, name):
        run(*self.migrate_words(name))
        assert self.key_is_on_token(name)
        self.signs(name)
        log = [line for line in self.at_root("audit", "log", "--kind", "key.migrated", "--limit", "0").stdout.splitlines() if f"keys/{name} " in line + " "]
        assert len(log) == 1, log


def mended(file, before):
    """Puts SoftHSM's file back if a kill cut it off; true when it did."""
    if not soft_tokens.is_cut(file.read_bytes() if file.exists() else b"", before):
        return False
    file.write_bytes(before)
    return True


def without_a_token(place):
    """What a kill between SoftHSM's cutting and writing leaves: no token for anybody, a root that signs from the home, and nothing lost once the file is back."""
    name, file = place.authority(0)
    before = file.read_bytes()
    assert not soft_tokens.is_cut(before, before)
    for rest in (b"", before[:-1], before[:len(before) // 2]):
        file.write_bytes(rest)
        assert soft_tokens.is_cut(file.read_bytes(), before)
    refused = run(*place.migrate_words(name), expect=4)
    assert "There is no token" in refused.stderr, refused.stderr
    assert name not in run("softhsm2-util", "--show-slots").stdout
    place.signs(name)
    assert mended(file, before)
    place.check(name)


def campaign(wanted, rng):
    city.need("openssl", "softhsm2-util")
    with city.City() as town:
        place = Migration(town)
        without_a_token(place)
        kills = rounds = cut = 0
        whole = 0.5
        while kills < wanted and rounds < 4 * wanted:
            rounds += 1
            name, file = place.authority(rounds)
            before = pathlib.Path(file).read_bytes()
            killed, took = place.killed(name, rng.uniform(0.3, 1.0) * whole)
            kills += killed
            whole = whole if killed else min(whole, took)
            if not place.key_is_on_token(name):
                place.signs(name)  # from the home, which lost nothing, whatever became of the token
            cut += mended(file, before)
            place.signs(name)
            place.check(name)
        assert kills >= wanted, f"only {kills} of {rounds} were killed in time"
        assert run(city.YUXIN, "--home", town.root_home, "audit", "verify").returncode == 0
        print(f"migrate: {kills} kills in {rounds} rounds; {cut} times SoftHSM's file of the token was cut off, and was put back", flush=True)
        return kills
