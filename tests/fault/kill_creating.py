"""kill -9 and failing disks at the steps of `ca create` and `init`: the same command typed again ends what was begun, with a key, a
request or a certificate that fit each other; and `init` leaves no city or a whole one."""
import errno
import os
import shutil

import _campaign
import _trace
import city
from city import run

city.need("openssl")
RUNS = int(os.environ.get("YUXIN_FAULT_RUNS") or 16)  # of each command, killed and with a failing disk each


def spread(rng, steps):
    """Some steps of a command, the last ones among them, where it says that it is done."""
    steps = len(steps)
    return sorted(set(rng.sample(range(1, steps + 1), min(RUNS, steps))) | {steps - 1, steps})


class Home:
    def __init__(self, town, path):
        self.town, self.path, self.output = town, path, town.folder / "output.txt"

    def words(self, *words):
        return [city.YUXIN, "--home", self.path, "--passphrase-file", self.town.passphrase, *words]

    def trace(self, *words, **options):
        return _trace.traced(self.words(*words), self.output, **options)

    def run(self, *words, expect=0):
        return run(*self.words(*words), expect=expect)

    def public_key(self, name):
        return run("openssl", "pkey", "-pubin", "-in", self.path / f"keys/{name}.pub", "-outform", "DER", text=False).stdout


def command(name, subject, *options):
    return ("ca", "create", name, "--subject", subject, *options)


def disturb(home, rng, words, number, name):
    """Kills a command at a step, or lets the disk fail from there; gives whether it was acknowledged."""
    if rng.random() < 0.5:
        done = home.trace(*words, kill_at=number, after=rng.random() < 0.5)
    else:
        error = rng.choice([errno.ENOSPC, errno.EIO])
        done = home.trace(*words, fail_from=number, error=error)
        assert done.code in (0, 5, 7), f"{name} with {errno.errorcode[error]} from step {number}: {done.code}: {home.output.read_text()}"
    return done.code == 0


def again(home, words, name, acknowledged):
    """The same command once more: it ends what was begun, or says that it is done."""
    done = home.run(*words, expect=None)
    text = done.stderr
    assert done.returncode in ((5,) if acknowledged else (0, 5)), f"{name}: exit code {done.returncode}: {text}"
    if done.returncode == 5:
        assert f"There is an authority {name} already" in text, text
    run(city.YUXIN, "--home", home.path, "audit", "verify")


def create_subordinates(town, rng):
    home = Home(town, town.online)
    clean = home.trace(*command("undisturbed", "CN=Undisturbed"))
    assert clean.code == 0, home.output.read_text()
    for number in spread(rng, clean.steps):
        name = f"sub-{number}"
        out = town.folder / f"{name}.csr"
        words = command(name, f"C=CN, CN={name}", "--out", out)
        again(home, words, name, disturb(home, rng, words, number, name))
        verified = run("openssl", "req", "-in", out, "-noout", "-verify")
        assert "verify OK" in verified.stdout + verified.stderr  # which of them, versions differ in
        pem = run("openssl", "req", "-in", out, "-noout", "-pubkey").stdout
        assert run("openssl", "pkey", "-pubin", "-outform", "DER", text=False, input=pem.encode(), stdin=None).stdout == home.public_key(name)
        assert out.read_bytes() == (home.path / f"exchange/{name}.csr").read_bytes()  # where `ca show` says that it is
    # the last one goes all the way
    certificate = town.folder / "sub.pem"
    Home(town, town.root_home).run("cert", "issue", "--ca", "root", "--profile", "sub-ca", "--csr", out, "--out", certificate)
    home.run("ca", "import-certificate", name, certificate, "--yes")
    home.run("ca", "crl", name)
    print(f"{len(clean.steps)} steps of ca create")


def create_roots(town, rng):
    home = Home(town, town.root_home)
    options = ("--root", "--key", "ec:P-384")
    clean = home.trace(*command("undisturbed", "CN=Undisturbed", *options))
    assert clean.code == 0, home.output.read_text()
    for number in spread(rng, clean.steps):
        name = f"root-{number}"
        words = command(name, f"C=CN, O=City, CN={name}", *options)
        again(home, words, name, disturb(home, rng, words, number, name))
        pem = town.folder / f"{name}.pem"
        pem.write_text(home.run("ca", "show", name, "--pem").stdout)
        run("openssl", "verify", "-CAfile", pem, pem)
        public = run("openssl", "x509", "-in", pem, "-noout", "-pubkey").stdout
        assert run("openssl", "pkey", "-pubin", "-outform", "DER", text=False, input=public.encode(), stdin=None).stdout == home.public_key(name)
        lists = sorted((home.path / "published/crl").glob(f"{name}-*.crl"))
        assert lists, f"{name} has no list"
        assert "verify OK" in run("openssl", "crl", "-inform", "DER", "-in", lists[-1], "-CAfile", pem, "-noout").stderr
    print(f"{len(clean.steps)} steps of ca create --root")


def found_cities(town, rng):
    folder = town.folder / "cities"
    folder.mkdir()
    target = folder / "city"
    words = [city.YUXIN, "init", target, "--preset", "quickstart", "--org", "Test City", "--passphrase-file", town.passphrase, "--yes"]
    output = town.folder / "output.txt"
    clean = _trace.traced(words, output)
    assert clean.code == 0, output.read_text()
    shutil.rmtree(target)
    for number in spread(rng, clean.steps):
        done = _trace.traced(words, output, kill_at=number, after=rng.random() < 0.5)
        whole = target.exists()
        assert whole or done.code != 0, "acknowledged, and there is no city"
        done = run(*words, expect=5 if whole else 0)
        for home in ("root", "online"):
            run(city.YUXIN, "--home", target / home, "audit", "verify")
            run(city.YUXIN, "--home", target / home, "--passphrase-file", town.passphrase, "ca", "list")
        assert os.listdir(folder) == ["city"], f"killed at step {number}, and made again: {os.listdir(folder)}"
        shutil.rmtree(target)
    print(f"{len(clean.steps)} steps of init")


rng = _campaign.seeded()
with city.City() as town:
    create_subordinates(town, rng)
    create_roots(town, rng)
    found_cities(town, rng)
