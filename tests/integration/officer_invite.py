"""A new officer: invited by one, the key made on their own machine, confirmed by another; and what everybody tries who is not meant."""
import base64
import fcntl
import hashlib
import json
import re
import shutil
import struct
import subprocess
import termios
import time

import city
import rest_proxy
import soft_tokens
from rest_office import Office
from typist import Terminal

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check_letter(letters):
    """The check letter as docs/officers.md says it: a remainder over GF(32), x^5 + x^2 + 1."""
    remainder = 0
    for letter in letters + "0":
        remainder <<= 1
        remainder = (remainder ^ 0x25 if remainder & 32 else remainder) ^ LETTERS.index(letter)
    return LETTERS[remainder]


def key_of(code, path):
    """The key that follows from a code, made without our program: RFC 8410's PrivateKeyInfo around a digest."""
    seed = hashlib.sha256(b"yuxin one-time code 1\n" + code.replace("-", "").encode()).digest()
    path.write_text("-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + seed).decode() + "\n-----END PRIVATE KEY-----\n")
    return path


class Newcomer:
    """Somebody with a machine of their own: they know an address, a root, and a code."""

    def __init__(self, office, name, code):
        self.office, self.name = office, name
        self.folder = office.town.folder / f"home-of-{name}"
        self.folder.mkdir()
        self.out = self.folder / f"{name}.p12"
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("four words nobody would guess\n")
        self.code = self.folder / "code"
        self.code.write_text(code + "\n")

    def command(self, *words, port=None, trust=None):
        return [str(word) for word in (city.YUXIN, "--home", self.folder / "none", "--server", f"https://127.0.0.1:{port or self.office.town.ra_port}", "--trust",
                                       trust or self.office.town.root, "officer", "join", "--out", self.out, "--code-file", self.code, "--new-passphrase-file",
                                       self.passphrase, *words)]

    def join(self, *words, expect=0, **options):
        """Asks once more where it was told that it asks too often."""
        while True:
            done = city.run(*self.command(*words, **options), expect=None)
            if done.returncode == 7 and "too often" in done.stderr:
                time.sleep(2)
                continue
            assert done.returncode == expect, (words, done)
            return done

    def terminal(self, *words, expect=0):
        return city.run(city.YUXIN, "--home", self.folder / "none", "--server", f"https://127.0.0.1:{self.office.town.ra_port}", "--trust", self.office.town.root,
                        "--as", self.out, "--as-passphrase-file", self.passphrase, *words, expect=expect)


def invite(office, name, *words, who="bizadm"):
    """Gives the number of the case and the code."""
    done = json.loads(office.terminal(who, "--json", "officer", "invite", "--name", name, *words, "--yes").stdout)
    return done["case"], done["code"]


def fingerprint(done):
    return re.search(r"key SHA-256 +((?:[0-9a-f]{4} ?){8})", done.stderr).group(1).strip()


def confirm(office, who, number, digits, expect=0, says=""):
    done = office.terminal(who, "officer", "confirm", number, "--fingerprint", digits, "--yes", expect=expect)
    assert re.search(says, done.stderr), (says, done.stderr)
    return done


def check_the_way(office):
    """From the invitation to the first case that the new officer reviews."""
    trial = office.terminal("bizadm", "officer", "invite", "--name", "王芳", "--dry-run").stderr
    assert "CN=王芳" in trial and "Nothing was signed" in trial, trial
    assert "No invitations" in office.terminal("bizadm", "officer", "list").stderr
    office.refused(3, "may not open such a case", "zhao", "officer", "invite", "--name", "somebody")
    number, code = invite(office, "王芳", "--role", "RA.REVIEW")
    letters = code.replace("-", "")
    assert len(letters) == 32 and re.fullmatch(r"(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}", code) and letters[31] == check_letter(letters[:31]), code
    # what the home keeps of the code is a key that signs for whoever has it: nothing else of it is anywhere in the home
    secret = letters[8:].encode()
    for file in office.town.online.rglob("*"):
        assert not file.is_file() or secret not in file.read_bytes(), file
    case = office.checked("zhao", "GET", f"/v1/cases/{number}").json()
    spki = city.run("openssl", "pkey", "-in", key_of(code, office.town.folder / "code.key"), "-pubout", "-outform", "DER", text=False).stdout
    assert case["about"]["invitation"] == spki.hex() and case["form"]["locator"] == letters[:8], case

    wang = Newcomer(office, "wangfang", code.lower().replace("0", "o").replace("-", " "))
    assert office.checked("zhao", "GET", f"/v1/cases/{number}/answer").json() == {"answered": False}
    confirm(office, "zhao", number, "0" * 32, expect=5, says="Nobody has answered")
    slip = letters[:20] + ("2" if letters[20] != "2" else "3") + letters[21:]
    wang.code.write_text(slip + "\n")
    assert "mistyped" in wang.join("--no-wait", expect=2).stderr and not list(wang.folder.glob("*.p12*"))
    wang.code.write_text(code + "\n")
    first = wang.join("--no-wait")
    digits = fingerprint(first)
    assert oct((wang.folder / "wangfang.p12.joining").stat().st_mode & 0o777) == "0o600"
    assert "BEGIN ENCRYPTED PRIVATE KEY" in (wang.folder / "wangfang.p12.joining").read_text()
    wang.code.unlink()  # it is asked for no more
    assert fingerprint(wang.join("--no-wait")) == digits
    assert "to be confirmed" in office.terminal("zhao", "officer", "list").stdout

    # not by whoever invited, not for another key, not without looking, not by somebody without the office
    confirm(office, "bizadm", number, digits, expect=3, says="bizadm")
    confirm(office, "zhao", number, "0" * 32, expect=1, says="not the fingerprint")
    confirm(office, "zhao", number, digits[:9], expect=2, says="at least")
    office.refused(2, "Nobody can be asked", "zhao", "officer", "confirm", number)
    office.refused(3, "the same person acted", "bizadm", "officer", "confirm", number)  # before anything is typed
    confirm(office, "li", number, digits, expect=3)
    assert office.checked("zhao", "GET", f"/v1/cases/{number}").json()["state"] == "INVITED"
    waiting = subprocess.Popen(wang.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    done = confirm(office, "zhao", number, digits.upper().replace(" ", ":"), says="role grant RA.REVIEW --to officer.pem")
    serial = re.search(r"Certificate ([0-9A-F]+) was issued", done.stdout).group(1)
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and serial in out and "request list --mine" in err, (out, err)
    assert not (wang.folder / "wangfang.p12.joining").exists() and oct(wang.out.stat().st_mode & 0o777) == "0o600"
    # other people's program opens the file, and the key in it is the one that was read aloud
    words = ("openssl", "pkcs12", "-in", wang.out, "-passin", f"file:{wang.passphrase}")
    assert "CN = \\E7\\8E\\8B\\E8\\8A\\B3" in city.run(*words, "-nokeys").stdout or "王芳" in city.run(*words, "-nokeys").stdout
    (wang.folder / "key.pem").write_text(city.run(*words, "-nocerts", "-nodes").stdout)
    made = city.run("openssl", "pkey", "-in", wang.folder / "key.pem", "-pubout", "-outform", "DER", text=False).stdout
    assert hashlib.sha256(made).hexdigest().startswith(digits.replace(" ", "")), digits
    (wang.folder / "own.pem").write_text(city.run(*words, "-nokeys", "-clcerts").stdout)
    city.run("openssl", "verify", "-CAfile", office.town.root, "-untrusted", office.town.issuing, wang.folder / "own.pem")

    # a certificate alone may do nothing; the role that was meant is granted by an act of its own
    assert wang.terminal("--quiet", "request", "list").stdout.strip() == "", wang.terminal("request", "list")
    office.town.yuxin("cert", "export", serial, "--out", office.town.folder / "wangfang.pem")
    office.grant("wangfang", "RA.REVIEW")
    case = office.accepted("for-wangfang")
    assert ": reviewed" in wang.terminal("request", "review", case, "--opinion", "as required", "--yes").stdout
    # and years later the whole of it stands by itself
    bundle = office.town.folder / "invitation.tar"
    office.town.yuxin("audit", "export", "--object", number, "--out", bundle)
    assert json.loads(city.run(city.YUXIN, "--json", "--home", wang.folder / "none", "verify", bundle, "--trust", office.town.root).stdout)["valid"] is True
    # the code is worth nothing any more
    again = Newcomer(office, "again", code)
    assert "used already" in again.join("--no-wait", expect=5).stderr
    assert not (again.folder / "again.p12.joining").exists()
    # nobody else gets the same name, unless somebody means it and whoever confirms is told
    office.refused(5, "has a good certificate already", "bizadm", "officer", "invite", "--name", "王芳")
    twin, twin_code = invite(office, "王芳", "--again")
    office.refused(5, f"already invited in {twin}|has a good", "bizadm", "officer", "invite", "--name", "王芳")
    digits = fingerprint(Newcomer(office, "twin", twin_code).join("--no-wait"))
    told = office.terminal("zhao", "officer", "confirm", twin, "--fingerprint", digits, "--dry-run").stderr
    assert re.search(f"has already +{serial}, ", told), told
    office.as_json("bizadm", "officer", "withdraw", twin, "--reason", "one is enough")
    return number


def check_wrong_codes(office):
    """Five of them close an invitation; nothing tells one from a code that never was."""
    number, code = invite(office, "closed")
    letters = code.replace("-", "")

    def guess(locator, text):
        return locator + text + check_letter(locator + text)

    told = set()
    for i in range(6):
        guesser = Newcomer(office, f"guesser{i}", guess(letters[:8] if i < 5 else "00000000", "0" * 22 + LETTERS[i]))
        told.add(guesser.join("--no-wait", expect=3).stderr.strip().split("\n")[-1])
        assert not (guesser.folder / f"guesser{i}.p12.joining").exists()
    assert len(told) == 1 and "There is no invitation with this code" in told.pop(), told
    late = Newcomer(office, "late", code)
    assert "closed" in late.join("--no-wait", expect=1).stderr
    log = office.town.yuxin("--json", "audit", "log").stdout
    assert log.count('"invitation.closed"') == 1, log[-2000:]
    assert "closed by wrong codes" in office.terminal("zhao", "officer", "list").stdout
    confirm(office, "zhao", number, "0" * 32, expect=1, says="wrong codes were tried")


def check_between(office):
    """A machine in the middle that is believed by the newcomer puts no other key into the request, and learns no code."""
    number, code = invite(office, "between")
    middle = office.town.folder / "join-middle"
    city.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{middle}.key", "-out", f"{middle}.pem",
             "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    theirs = city.run("openssl", "req", "-in", office.town.request("attacker"), "-outform", "DER", text=False).stdout
    client = office.client(None)
    honest = client.call

    def swap(method, path, raw=None, fields=None):
        if raw and path == "/v1/invitations":
            body = json.loads(raw)
            body["request"] = base64.b64encode(theirs).decode()
            raw = json.dumps(body).encode()
        return honest(method, path, raw=raw, fields=fields)

    client.call = swap
    newcomer = Newcomer(office, "between", code)
    with rest_proxy.Proxy(client, middle) as proxy:
        newcomer.join("--no-wait", expect=3, port=proxy.port, trust=f"{middle}.pem")
        assert proxy.seen and all(code[10:].replace("-", "")[:8].encode() not in (body or b"") for _, _, body in proxy.seen)
    assert office.checked("zhao", "GET", f"/v1/cases/{number}/answer").json() == {"answered": False}
    # a server that lies to whoever confirms: the terminal believes nothing that the code has not signed
    digits = fingerprint(newcomer.join("--no-wait"))
    theirs_key = hashlib.sha256(city.run("openssl", "pkey", "-in", office.town.folder / "attacker.key", "-pubout", "-outform", "DER", text=False).stdout).hexdigest()

    def lie(method, path, answer):
        if path.endswith("/answer"):
            body = answer.json()
            body["request"] = base64.b64encode(theirs).decode()
            answer.body = json.dumps(body).encode()
        return answer

    with rest_proxy.Proxy(office.client("zhao"), middle, lie) as proxy:
        command = office.terminal_command("zhao", "officer", "confirm", number, "--fingerprint", theirs_key, "--yes")
        command[command.index("--server") + 1] = f"https://127.0.0.1:{proxy.port}"
        command[command.index("--trust") + 1] = f"{middle}.pem"
        assert "not signed with its one-time code" in city.run(*command, expect=6).stderr
    # the desk itself is asked for another request, as by somebody who has an officer's key and no scruples
    draft = office.checked("zhao", "POST", "/v1/steps", {"case": number, "action": "confirm", "form": {"proof": base64.b64encode(bytes(64)).decode()}, "files": [],
                                                         "certificate": {"profile": "officer", "request": base64.b64encode(theirs).decode(), "names": [],
                                                                         "subject": "C=CN, O=Test City, CN=between"}}).json()
    assert draft["act"]["body"]["about"]["request"] == hashlib.sha256(theirs).hexdigest()
    # two confirm at once: one certificate
    racers = [subprocess.Popen(office.terminal_command(who, "officer", "confirm", number, "--fingerprint", digits, "--yes"), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True) for who in ("zhao", "wang", "chen")]
    ended = [(racer.communicate(timeout=60), racer.returncode) for racer in racers]
    assert sorted(code for _, code in ended) == [0, 5, 5], ended
    subject = "C=CN, O=Test City, CN=between"
    assert len([one for one in office.town.json("cert", "list")["certificates"] if one["subject"] == subject]) == 1


def check_two_at_once(office):
    """The same command twice at one time: one makes the key, the other goes on with it."""
    number, code = invite(office, "twice")
    newcomer = Newcomer(office, "twice", code)
    both = [subprocess.Popen(newcomer.command("--no-wait"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0 or "too often" in err, (out, err)
    assert (newcomer.folder / "twice.p12.joining").exists()
    confirm(office, "wang", number, fingerprint(newcomer.join("--no-wait")))
    newcomer.join()
    assert newcomer.terminal("--quiet", "request", "list").returncode == 0


def check_crashes(office):
    """The server is killed, and the newcomer's program, at every bad moment; nothing is lost and nothing is twice."""
    number, code = invite(office, "crash")
    newcomer = Newcomer(office, "crash", code)
    office.server.kill()
    # nobody is there: that is said before anything is asked for or made
    newcomer.join("--no-wait", expect=7)
    assert not (newcomer.folder / "crash.p12.joining").exists()
    office.server = office.town.serve()
    office.server.wait_until_ready()
    for delay in (0.02, 0.05, 0.1, 0.2, 0.4):
        process = subprocess.Popen(newcomer.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
    waiting = subprocess.Popen(newcomer.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    digits = fingerprint(newcomer.join("--no-wait"))
    office.server.kill()
    time.sleep(6)
    office.server = office.town.serve()
    office.server.wait_until_ready()
    confirm(office, "wang", number, digits)
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and newcomer.out.exists(), (out, err)
    # cut off between the file and clearing up: the same command ends it
    assert newcomer.terminal("--quiet", "request", "list").returncode == 0


def check_ends(office):
    """Withdrawn, ended, and by an inviter who is not good any more."""
    number, code = invite(office, "withdrawn")
    office.refused(3, "", "wang", "officer", "withdraw", number, "--reason", "no")
    office.as_json("bizadm", "officer", "withdraw", number, "--reason", "wrong person")
    assert "not open any more" in Newcomer(office, "withdrawn", code).join("--no-wait", expect=5).stderr
    # a home's own definition in which an invitation lasts four seconds
    folder = office.town.online / "workflows"
    folder.mkdir(exist_ok=True)
    shipped = definition(office)
    (folder / "officer-invitation.toml").write_text(shipped.replace('within = "PT24H"', 'within = "PT4S"'))
    wait_until(lambda: definition(office) != shipped)
    number, code = invite(office, "slow", "--valid", "PT24H")
    slow = Newcomer(office, "slow", code)
    digits = fingerprint(slow.join("--no-wait"))
    later = Newcomer(office, "later", invite(office, "latest", "--valid", "PT24H")[1])
    time.sleep(5)
    assert "has ended" in slow.join("--no-wait", expect=1).stderr
    confirm(office, "zhao", number, digits, expect=1, says="has ended")
    assert "has ended" in later.join("--no-wait", expect=1).stderr
    (folder / "officer-invitation.toml").unlink()
    wait_until(lambda: definition(office) == shipped)
    # whoever invited is revoked before anybody confirms
    second = office.town.issue("second", "officer")
    office.town.acting("super", "role", "grant", "RA.BIZADM", "--to", second, "--yes")
    number, code = invite(office, "orphan", who="second")
    orphan = Newcomer(office, "orphan", code)
    digits = fingerprint(orphan.join("--no-wait"))
    office.town.revoke(second, "cessationOfOperation")
    confirm(office, "zhao", number, digits, expect=1, says="revoked or suspended")


def definition(office):
    return office.checked("zhao", "GET", "/v1/workflows/officer-invitation").json()["text"]


def wait_until(condition, seconds=30):
    """For what the server sees by itself, when it looks again."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.2)


def check_typed(office):
    """By keyboard: nothing that is typed in secret is shown, a slip is told at once, and what is read aloud is typed and not agreed to."""
    number, code = invite(office, "typed")
    # on a screen that is large enough the code is a picture, too
    person = Terminal(office.town.folder, *office.terminal_command("bizadm", "officer", "invite", "--name", "seen")[1:])
    fcntl.ioctl(person.end, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 120, 0, 0))
    person.answer(r"Sign this\?", "y\n")
    ended, said = person.finish()
    assert ended == 0 and "officer join --server" in said and len([line for line in said.split("\n") if "█" in line]) >= 10, (ended, said)
    newcomer = Newcomer(office, "typed", code)
    words = newcomer.command()[1:]
    for option in ("--code-file", "--new-passphrase-file"):
        at = words.index(option)
        del words[at:at + 2]
    person = Terminal(newcomer.folder, *words)
    slip = code[:-1] + ("2" if code[-1] != "2" else "3")
    person.answer(r"One-time code", slip + "\n")
    person.answer(r"mistyped(.|\n)*One-time code", code + "\n")
    person.answer(r"New passphrase", "four words nobody would guess\n")
    person.answer(r"Once more", "four words nobody would guess\n")
    person.wait_for(r"Waiting until it is confirmed")
    digits = fingerprint(newcomer.join("--no-wait"))
    other = Terminal(newcomer.folder, *office.terminal_command("zhao", "officer", "confirm", number)[1:])
    other.answer(r"Type the key SHA-256", digits.upper() + "\n")
    other.answer(r"Sign this\?", "y\n")
    ended, said = other.finish()
    assert ended == 0 and ": confirmed" in said and digits not in said.split("Type the key")[0], (ended, said)
    ended, said = person.finish()
    assert ended == 0 and "request list --mine" in said and code not in said and code[5:9] not in said, (ended, said)


def check_token(office):
    """The key is made on a token, and stays there."""
    if not shutil.which("softhsm2-util") or not soft_tokens.first_of(soft_tokens.MODULES):
        print("the part with a token was left out: SoftHSM is not installed")
        return
    tokens = soft_tokens.Tokens(office.town.folder)
    tokens.add("new")
    uri = f"pkcs11:token=new;object=token?pin-source=file:{tokens.pin_file('new')}"
    number, code = invite(office, "token")
    newcomer = Newcomer(office, "token", code)
    newcomer.out = newcomer.folder / "token.pem"
    digits = fingerprint(newcomer.join("--no-wait", "--key", uri))
    assert "PRIVATE KEY" not in (newcomer.folder / "token.pem.joining").read_text()
    confirm(office, "zhao", number, digits)
    newcomer.join("--key", uri)
    assert "PRIVATE KEY" not in newcomer.out.read_text() and newcomer.out.read_text().count("BEGIN CERTIFICATE") >= 2
    done = city.run(city.YUXIN, "--home", newcomer.folder / "none", "--server", f"https://127.0.0.1:{office.town.ra_port}", "--trust", office.town.root, "--as", uri,
                    "--as-certificate", newcomer.out, "request", "list")
    assert "No cases" in done.stderr, done


def check_demand(office):
    """Where approvals.toml demands it, the authority judges both acts, and one operator makes no officer."""
    approvals = office.town.online / "approvals.toml"
    lines = approvals.read_text().split("\n")
    start = lines.index("# [[approval]]")
    end = next(i for i in range(start, len(lines)) if lines[i] == "# ]")
    lines[start:end + 1] = [line[2:] for line in lines[start:end + 1]]
    approvals.write_text("\n".join(lines))
    office.server.stop()
    office.server = office.town.serve()
    office.server.wait_until_ready()
    csr = office.town.request("alone")
    done = office.town.yuxin("cert", "issue", "--ca", "issuing", "--profile", "officer", "--csr", csr, "--out", office.town.folder / "alone.pem", expect=3)
    assert 'demands the approval "officer"' in done.stderr, done.stderr
    number, code = invite(office, "demanded")
    demanded = Newcomer(office, "demanded", code)
    digits = fingerprint(demanded.join("--no-wait"))
    confirm(office, "chen", number, digits)
    demanded.join()
    # the certificate names both acts that it rests on
    log = office.town.yuxin("--json", "audit", "log").stdout
    acts = [step["act"] for step in office.checked("zhao", "GET", f"/v1/cases/{number}").json()["steps"]]
    assert all(act in log for act in acts), acts
    assert office.town.yuxin("audit", "verify").returncode == 0


def main():
    office = Office()
    try:
        check_the_way(office)
        check_wrong_codes(office)
        check_between(office)
        check_two_at_once(office)
        check_crashes(office)
        check_ends(office)
        check_typed(office)
        check_token(office)
        check_demand(office)
    finally:
        office.server.stop()
    print("nobody becomes an officer with less")


main()
