"""Every plan that comes with the program is rehearsed to its end; everything that a rehearsal makes says so, and nothing of it stays."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import city
import ceremonies
from ceremonies import People, entries_of, files_of
from city import run

city.need("openssl")
YUXIN = os.path.abspath(city.YUXIN)
SOFTHSM = any(pathlib.Path(folder, "libsofthsm2.so").exists() for folder in ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib64/pkcs11"))


def yuxin(*words, expect=0, **options):
    return run(YUXIN, *words, expect=expect, **options)


def names():
    return [plan["name"] for plan in json.loads(yuxin("ceremony", "list", "--json").stdout)]


def rehearse(name, folder):
    out = folder / name
    if name == "key-migration" and not SOFTHSM:
        done = yuxin("--yes", "ceremony", "rehearse", name, "--out", out, expect=7)
        assert "softhsm2" in done.stderr
        return
    said = json.loads(yuxin("--yes", "--json", "ceremony", "rehearse", name, "--out", out).stdout)
    assert said["rehearsed"] and said["exceptions"] == 0, said
    record = out / "ceremony/ceremony.record"
    refused = json.loads(yuxin("--json", "ceremony", "verify", record, expect=1).stdout)
    assert [problem["problem"] for problem in refused["problems"]] == ["practice"] and refused["mode"] == "practice"
    yuxin("ceremony", "verify", record, "--practice")
    files = files_of(record.read_bytes())
    assert entries_of(files["transcript.jsonl"])[0]["data"]["mode"] == "practice"
    for file, octets in files.items():
        if file.endswith(".pem"):
            subject = run("openssl", "x509", "-noout", "-subject", "-nameopt", "multiline", input=octets.decode(), stdin=None).stdout
            assert "PRACTICE " in subject, subject
    assert yuxin("--home", out / "home", "audit", "verify", expect=None).returncode == 0 or name == "custodian-change"


def key_moved(folder):
    """The token signs, and of the key in the home only its digest is left."""
    home = folder / "key-migration/home"
    authority = json.loads(yuxin("--home", home, "ca", "list", "--json").stdout)[0]
    assert authority["key_here"] and not (home / "keys/root.key").exists()
    log = yuxin("--home", home, "audit", "log", "--limit", "0").stdout
    assert "key.migrated" in log and "key.destroyed" in log


def nothing_stays(folder):
    before = set(os.listdir(folder))
    yuxin("--yes", "ceremony", "rehearse", "root-creation", env={**os.environ, "TMPDIR": str(folder)})
    assert set(os.listdir(folder)) == before


def nothing_stays_of_one_cut_off(folder):
    """Ctrl-C and a closed terminal take the folder away; what kill -9 leaves, the next rehearsal does, and not that of one that goes on."""
    before = set(os.listdir(folder))
    environment = {**os.environ, "TMPDIR": str(folder)}

    def began():
        rehearsal = subprocess.Popen([YUXIN, "--yes", "ceremony", "rehearse", "root-creation"], env=environment,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        seen = set(os.listdir(folder))
        wait_until(lambda: any((folder / name / "home/yuxin.toml").exists() for name in set(os.listdir(folder)) - seen))
        return rehearsal

    for end in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
        rehearsal = began()
        rehearsal.send_signal(end)
        assert rehearsal.wait(60) == -end, rehearsal.returncode
        assert (set(os.listdir(folder)) == before) == (end != signal.SIGKILL)
    going_on = began()
    going_on.send_signal(signal.SIGSTOP)
    left = set(os.listdir(folder)) - before
    assert len(left) == 1, left
    yuxin("--yes", "ceremony", "rehearse", "root-crl", env=environment)
    assert set(os.listdir(folder)) - before == left
    going_on.send_signal(signal.SIGCONT)
    assert going_on.wait(120) == 0
    assert set(os.listdir(folder)) == before


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def on_paper(folder):
    if not shutil.which("pdftotext") or not shutil.which("zbarimg"):
        return
    record = folder / "root-creation/ceremony/ceremony.record"
    for language, word in (("zh", "根密钥与根证书生成仪式"), ("en", "Creation of the root")):
        page = folder / f"{language}.pdf"
        yuxin("--lang", language, "ceremony", "report", record, "--practice", "--out", page)
        assert word in run("pdftotext", "-raw", page, "-").stdout.replace("\n", ""), language
    yuxin("--lang", "zh", "ceremony", "report", record, "--practice", "--out", folder / "again.pdf")
    assert (folder / "again.pdf").read_bytes() == (folder / "zh.pdf").read_bytes()
    run("pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-singlefile", folder / "zh.pdf", folder / "page")
    code = run("zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", folder / "page.png").stdout
    report = json.loads(yuxin("--json", "ceremony", "verify", record, "--practice").stdout)
    assert code.split("\n")[:3] == ["yuxin-ceremony-1", report["ceremony"], report["transcript"]], code


def by_people(folder):
    """At a terminal people answer: the passphrase of what the plan expects to be there is told, a step is refused, and the rehearsal stopped."""
    crew = People(folder, "ceremony", "rehearse", "root-crl", "--out", "typed")
    assert crew.play(until="Next custodian"), crew.everything()
    passphrase = crew.everything().split("Every passphrase and PIN of it is: ")[1].split()[0]
    for share in ("1-1", "1-2"):
        crew.reply(f"typed/sources/shares/share-{share}.json")
        crew.once("for the share", passphrase)
        crew.play(until="Next custodian|do you confirm")
    crew.once("do you confirm", "no").once("what is wrong", "the wrong home").once("in your own words", "True.").once("what is decided", "stop").once("Stop it", "yes")
    assert crew.play() is None
    code, said = crew.finish()
    assert code == 1 and "The ceremony was stopped at step 4 of 8" in said, crew.everything()[-600:]


def refused_at_the_door(folder):
    """A machine with a network, and another program than the plan names."""
    plan = yuxin("ceremony", "show", "root-creation").stdout
    for what, text in (("software", ceremonies.allow_network(plan).replace('software = "any"', f'software = "sha256:{"0" * 64}"')), ("network", plan)):
        if what == "network" and all(name == "lo" for name in os.listdir("/sys/class/net")):
            continue
        (folder / f"{what}.toml").write_text(text)
        crew = People(folder, "--home", "home-of-nobody", "ceremony", "run", f"{what}.toml", "--out", what)
        assert crew.play() is None
        code, said = crew.finish()
        assert code == 1 and ("asks for the program" in said or "forbids a network" in said), said
        assert not (folder / "home-of-nobody").exists()


with tempfile.TemporaryDirectory(prefix="yuxin-rehearsals-") as top:
    place = pathlib.Path(top)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: rehearse(name, place), names()))
    if SOFTHSM:
        key_moved(place)
    nothing_stays(place)
    nothing_stays_of_one_cut_off(place)
    on_paper(place)
    by_people(place)
    refused_at_the_door(place)
