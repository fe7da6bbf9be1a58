"""A home that belongs to somebody else: exit code 3 and one sentence for whoever may not look or may not write; nothing changes. Who may
look, may look."""
import os
import pathlib
import shutil
import tempfile

import city
from city import run

city.need("openssl")
if os.geteuid() == 0:
    city.need("setpriv")
    STRANGER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
else:
    STRANGER = ()  # the owner stands for somebody else once all rights are taken away


def modes(folder, directories, files):
    for path, _, names in os.walk(folder, topdown=False):
        for name in names:
            os.chmod(os.path.join(path, name), files)
        os.chmod(path, directories)


def digest(home):
    return (home / "yuxin.db").read_bytes(), sorted(os.listdir(home / "published/crl")), sorted(os.listdir(home / "keys"))


def as_stranger(program, home, passphrase, *words, expect):
    done = run(*STRANGER, program, "--home", home, "--passphrase-file", passphrase, *words, expect=None)
    assert done.returncode == expect, f"{words}: exit code {done.returncode}, expected {expect}: {done.stdout}{done.stderr}"
    if expect:
        assert len(done.stderr.strip().split("\n")) == 1 and "sqlite" not in done.stderr, done.stderr


def check_changing(program, home, passphrase, csr, out, serial):
    as_stranger(program, home, passphrase, "cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", out, expect=3)
    as_stranger(program, home, passphrase, "cert", "revoke", serial, "--reason", "superseded", "--yes", expect=3)
    as_stranger(program, home, passphrase, "ca", "crl", "issuing", expect=3)
    as_stranger(program, home, passphrase, "serve", expect=3)


def check_closed_folders(program, town, csr, outs):
    """A folder that its owner closed is opened by its owner: exit code 3, with the words to type."""
    if os.geteuid() == 0:
        for path, _, files in os.walk(town.online):
            for name in (".", *files):
                os.chown(os.path.join(path, name), 65534, 65534)
    for name, mode, words in (
        ("published", 0o000, ("ca", "crl", "issuing")),
        ("published/crl", 0o500, ("ca", "crl", "issuing")),
        ("profiles", 0o000, ("cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", outs / "closed.pem")),
    ):
        closed = town.online / name
        usual = closed.stat().st_mode & 0o777
        os.chmod(closed, mode)
        try:
            done = run(*STRANGER, program, "--home", town.online, "--passphrase-file", town.passphrase, *words, expect=None)
        finally:
            os.chmod(closed, usual)
        assert done.returncode == 3 and f"chmod u+rwx {closed}\n" in done.stderr, (name, done.returncode, done.stderr)


with tempfile.TemporaryDirectory(prefix="yuxin-foreign-") as folder:
    folder = pathlib.Path(folder)
    folder.chmod(0o755)
    program = folder / "yuxin"  # where a stranger may run it
    shutil.copyfile(city.YUXIN, program)
    program.chmod(0o755)
    (folder / "files").mkdir()
    town = city.City(folder=folder / "files")
    csr, serial = town.request("applicant"), town.serial(town.issue("first", "tls-client"))
    outs = folder / "outs"
    outs.mkdir()
    outs.chmod(0o777)
    modes(folder / "files", 0o755, 0o644)
    home = town.online
    before = digest(home)
    try:
        modes(home, 0o555, 0o444)
        check_changing(program, home, town.passphrase, csr, outs / "refused.pem", serial)
        for words in (("cert", "show", serial), ("cert", "list"), ("audit", "verify"), ("ca", "list")):
            as_stranger(program, home, town.passphrase, *words, expect=0)
        modes(home, 0o555, 0o444)
        os.chmod(home, 0o000)
        check_changing(program, home, town.passphrase, csr, outs / "refused.pem", serial)
        as_stranger(program, home, town.passphrase, "cert", "list", expect=3)
        os.chmod(home, 0o555)
        as_stranger(program, home, town.passphrase, "init", home / "new", "--preset", "quickstart", "--org", "T", "--public-url",
                "http://pki.city.test", "--quiet", "--yes", expect=3)
    finally:
        os.chmod(home, 0o755)
        modes(home, 0o755, 0o644)
    assert digest(home) == before and not os.listdir(outs), "a stranger was refused and changed something"
    check_closed_folders(program, town, csr, outs)
    assert not os.listdir(outs), "what needs a closed folder was refused and something was written"
