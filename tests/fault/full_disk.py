"""A disk that is full, one that can only be read, and a home of somebody else: each command refuses in one sentence with its exit code,
changes nothing, and works when there is room again. A server goes on answering meanwhile."""
import os
import pathlib
import subprocess
import sys
import tempfile

import _campaign
import city
from city import run

city.need("openssl", "unshare", "mount")


def enter_own_mounts():
    """Goes on in a mount namespace of this test, where it may mount and nobody else sees it."""
    if "YUXIN_OWN_MOUNTS" in os.environ:
        return
    flags = ["--mount"] if os.geteuid() == 0 else ["--mount", "--map-root-user"]
    if subprocess.run(["unshare", *flags, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode != 0:
        city.skip("no file systems may be mounted here")
    os.environ["YUXIN_OWN_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


class Disk:
    """A small file system in memory."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder)

    def fill(self):
        with open(self.folder / "filler", "ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        (self.folder / "filler").unlink()

    def mount(self, how):
        run("mount", "-o", f"remount,bind,{how}", self.folder)


def refused(done, *words):
    """Checks the form of a refusal and that it says what is wrong."""
    text = done.stderr.strip().split("\n")[-1]
    assert any(word in text for word in words), f"exit code {done.returncode}: {done.stderr}"
    assert "sqlite" not in text and "errno" not in text and done.stdout == "", done


def commands(town, csr, serial, out):
    """(name, words) of everything that changes a home."""
    yield "issue", ("cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", out)
    yield "revoke", ("cert", "revoke", serial, "--reason", "superseded", "--yes")
    yield "hold", ("cert", "hold", serial, "--yes")
    yield "list", ("ca", "crl", "issuing")
    yield "create", ("ca", "create", "second", "--key", "ec:P-256", "--subject", "CN=Second")
    yield "serve", ("serve", "--public-port", str(town.public_port), "--ra-port", str(town.ra_port))


def state_of(town, scratch):
    tables = _campaign.Tables(town.online, scratch / "copy")
    return tables.states, tables.list


def check_all_refuse(town, csr, serial, scratch, code, *words):
    before = state_of(town, scratch)
    for name, command in commands(town, csr, serial, scratch / "refused.pem"):
        done = town.yuxin(*command, expect=None)
        assert done.returncode == code, f"{name}: exit code {done.returncode}: {done.stdout}{done.stderr}"
        refused(done, *words)
        assert state_of(town, scratch) == before, f"{name} was refused and changed something"
        assert not (scratch / "refused.pem").exists()


def check_reading(town, serial):
    """Who only looks needs no room."""
    assert town.json("cert", "show", serial)["state"] == "good"
    assert town.json("audit", "verify")["good"]


def check_works(town, csr, scratch, name):
    out = scratch / f"{name}.pem"
    town.yuxin("cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", out)
    town.revoke(out, "superseded")
    run(city.YUXIN, "--home", town.online, "audit", "verify")


def full(disk, town, csr, serial, scratch):
    disk.fill()
    check_all_refuse(town, csr, serial, scratch, 7, "full")
    check_reading(town, serial)
    disk.free()
    check_works(town, csr, scratch, "after-full")


def full_while_serving(disk, town, csr, scratch):
    out = scratch / "served.pem"
    town.yuxin("cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", out)
    with town.serve() as server:
        disk.fill()
        done = town.revoke(out, "superseded", expect=None)
        assert done.returncode == 7, f"exit code {done.returncode}: {done.stderr}"
        assert ": good" in town.ocsp(out, "-no_nonce") and ": good" in town.ocsp(out)
        assert town.get("/crl/issuing.crl")[0] == 200
        disk.free()
        town.revoke(out, "superseded")
        assert ": revoked" in town.ocsp(out)
        assert server.stop() == 0


def shared_memory_lost(disk, town, serial):
    """The file through which processes tell each other of revocations is made anew: where it cannot be, that is a refusal, no crash."""
    with town.serve():
        (town.online / "status.signal").unlink()
        disk.fill()
        done = town.yuxin("cert", "hold", serial, "--yes", expect=None)
        assert done.returncode == 7, f"exit code {done.returncode}: {done.stderr}"
        disk.free()


def read_only(disk, town, csr, serial, scratch):
    disk.mount("ro")
    check_all_refuse(town, csr, serial, scratch, 7, "read-only", "cannot be written", "can only be read")
    check_reading(town, serial)
    done = town.yuxin("doctor", expect=None)
    assert done.returncode == 1 and "lies on a disk that is read-only" in done.stdout, done.stdout
    disk.mount("rw")
    check_works(town, csr, scratch, "after-read-only")


def init_refuses(disk, scratch, passphrase):
    words = (city.YUXIN, "init", disk.folder / "new", "--preset", "quickstart", "--org", "Test City", "--passphrase-file", passphrase, "--yes")
    names = set(os.listdir(disk.folder))
    # at every fill, from nothing to nearly enough
    for room in (0, 8, 40, 100, 200):
        disk.fill()
        with open(disk.folder / "filler", "r+b") as filler:
            filler.truncate(max(0, os.path.getsize(disk.folder / "filler") - room * 1024))
        done = run(*words, expect=None)
        assert done.returncode == 7, f"{room} KiB free: exit code {done.returncode}: {done.stdout}{done.stderr}"
        refused(done, "full")
        disk.free()
        assert set(os.listdir(disk.folder)) == names, f"init was refused and left {os.listdir(disk.folder)}"
    disk.mount("ro")
    done = run(*words, expect=None)
    assert done.returncode == 7, f"exit code {done.returncode}: {done.stderr}"
    disk.mount("rw")
    assert set(os.listdir(disk.folder)) == names


enter_own_mounts()
with tempfile.TemporaryDirectory(prefix="yuxin-disk-") as mounted, tempfile.TemporaryDirectory(prefix="yuxin-scratch-") as other:
    disk, scratch = Disk(mounted), pathlib.Path(other)
    try:
        town = city.City(folder=mounted)
        csr = town.request("applicant")
        first = town.issue("first", "tls-client", csr)
        serial = town.serial(first)
        full(disk, town, csr, serial, scratch)
        full_while_serving(disk, town, csr, scratch)
        shared_memory_lost(disk, town, serial)
        read_only(disk, town, csr, serial, scratch)
        init_refuses(disk, scratch, town.passphrase)
    finally:
        run("umount", "--lazy", mounted)
