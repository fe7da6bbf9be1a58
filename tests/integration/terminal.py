"""A person at a terminal: init and its questions, passphrases that are not shown, answers that make no sense, and what happens when the
person goes away."""
import os
import pathlib
import re
import signal
import tempfile

import city
from city import run
from typist import Terminal


ROOT = "Passphrase for the root key"
ONLINE = "Passphrase for the online keys"


def first_minute(folder):
    """The dialogue of the first minute, with a slip of the finger here and there."""
    person = Terminal(folder, "init", "city")
    person.answer("Organisation name: ", "Test City\n")
    person.answer(r"Public address.*\[http://localhost:8080\]: ", "http://pki.city.test\n")
    person.answer(r"Algorithms.*\[1\]: ", "9\n")
    person.answer(r"1, 2 or 3(.|\n)*Algorithms.*\[1\]: ", "\n")
    person.answer(ROOT, "\n")
    person.wait_for(ONLINE)
    assert not person.shows_what_is_typed()
    person.answer(ONLINE, "too short\n")
    person.answer("At least 12 characters(.|\\n)*" + ONLINE, "online secret\n")
    person.answer("Once more: ", "online secert\n")
    person.answer("They differ(.|\n)*" + ONLINE, "online secret\n")
    person.answer("Once more: ", "online secret\n")
    code, said = person.finish()
    assert code == 0, said
    assert "secret" not in said and "secert" not in said
    made = re.search(r"shown this once.*\n\s*((?:\S+ ){9}\S+)", said)
    assert made and "fingerprint" in said and "Next:" in said, said
    for home, secret in (("root", made[1].strip()), ("online", "online secret")):
        file = folder / f"{home}.pass"
        file.write_text(secret + "\n")
        run(city.YUXIN, "--home", folder / "city" / home, "--passphrase-file", file, "ca", "crl", {"root": "root", "online": "issuing"}[home])


def goes_away(folder):
    """End of input or Ctrl-C at any question: nothing is made, nothing hangs, and the terminal shows again what is typed."""
    questions = [("Organisation name: ", "Test City\n"), (r"\[http://localhost:8080\]: ", "\n"), (r"\[1\]: ", "\n"), (ROOT, "the root secret\n"),
                 ("Once more: ", "the root secret\n"), (ONLINE, "online secret\n"), ("Once more: ", None)]
    for last in range(len(questions)):
        for key in ("\x04", "\x03"):
            person = Terminal(folder, "init", "nothing")
            for pattern, text in questions[:last]:
                person.answer(pattern, text)
            person.answer(questions[last][0], key)
            code, said = person.finish(20)
            assert code == (2 if key == "\x04" else -signal.SIGINT), f"question {last}, {key!r}: {code}: {said}"
            assert not [name for name in os.listdir(folder) if name.startswith("nothing")], said


def too_long(folder):
    person = Terminal(folder, "--home", "city/online", "ca", "crl", "issuing")
    person.answer("Passphrase for the keys of city/online", "x" * 2000 + "\n")
    code, said = person.finish()
    assert code == 2 and "1024" in said, said


def asked_before_acting(folder):
    """A question names the object; anything but yes changes nothing."""
    csr = folder / "a.csr"
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "a.key", "-out", csr,
        "-subj", "/C=CN/O=Test City/CN=officer-14")
    words = ("--home", "city/online", "--passphrase-file", "online.pass")
    run(city.YUXIN, *words, "cert", "issue", "--profile", "tls-client", "--csr", csr, "--out", folder / "a.pem", cwd=folder)
    serial = run("openssl", "x509", "-in", folder / "a.pem", "-noout", "-serial").stdout.strip().split("=")[1]
    for answer, code in (("\n", 2), ("maybe\n", 2), ("\x04", 2), ("y\n", 0)):
        person = Terminal(folder, *words, "cert", "revoke", serial, "--reason", "superseded")
        person.answer(r"officer-14(.|\n)*Revoke this certificate\? \[y/N\] ", answer)
        done, said = person.finish()
        assert done == code and ("Revoked" if code == 0 else "Nothing was changed") in said, f"{answer!r}: {done}: {said}"


city.need("openssl")
with tempfile.TemporaryDirectory(prefix="yuxin-terminal-") as name:
    place = pathlib.Path(name)
    first_minute(place)
    goes_away(place)
    too_long(place)
    asked_before_acting(place)
