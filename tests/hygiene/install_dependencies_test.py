"""packaging/install-dependencies, with doubles of Debian's tools: what it asks for, and what it says when it cannot."""
import os
import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "packaging/install-dependencies"


class InstallDependenciesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = pathlib.Path(folder.name)
        for tool in ("bash", "sed", "grep", "head", "tail", "mktemp", "rm", "tr", "env", "cat"):
            found = next(pathlib.Path(p, tool) for p in ("/bin", "/usr/bin") if pathlib.Path(p, tool).exists())
            (self.bin / tool).symlink_to(found)
        self.release(12)

    def release(self, version, distribution="debian"):
        (self.bin / "os-release").write_text(f'ID={distribution}\nVERSION_ID="{version}"\nPRETTY_NAME="Some {distribution} {version}"\n')

    def double(self, name, body):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def run_script(self, *words):
        environment = {"PATH": str(self.bin), "YUXIN_OS_RELEASE": str(self.bin / "os-release"), "TMPDIR": str(self.bin)}
        return subprocess.run(["/bin/bash", str(SCRIPT), *words], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)

    def test_nothing_is_done_when_everything_is_there(self):
        self.double("dpkg-query", 'shift 3; for p; do echo "$p installed"; done')
        self.double("apt-get", "echo called; exit 1")
        done = self.run_script()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_each_debian_gets_its_own_boost(self):
        self.assertIn("libboost1.81-dev", self.run_script("--list", "--build").stdout.split())
        self.release(13)
        self.assertIn("libboost-dev", self.run_script("--list", "--build").stdout.split())

    def test_building_needs_less_than_testing(self):
        build, test = self.run_script("--list", "--build").stdout.split(), self.run_script("--list", "--test").stdout.split()
        self.assertIn("g++", build)
        self.assertNotIn("clang-tidy-19", build)
        self.assertIn("clang-tidy-19", test)
        self.assertEqual(sorted(self.run_script("--list").stdout.split()), sorted(build + test))

    def test_another_distribution_is_told_what_to_install(self):
        self.double("dpkg-query", "exit 1")
        self.release("24.04", "ubuntu")
        done = self.run_script("--build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Some ubuntu 24.04", done.stderr)
        self.assertIn("libssl-dev", done.stderr)

    def test_without_root_and_sudo_the_command_is_named(self):
        self.double("dpkg-query", 'shift 3; for p; do [ "$p" = g++ ] || echo "$p installed"; done')
        self.double("id", "echo 1000")
        done = self.run_script("--build")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "install-dependencies: missing: g++. Become root and run: apt-get install g++\n")

    def test_without_a_network_it_says_so(self):
        self.double("dpkg-query", 'shift 3; for p; do [ "$p" = g++ ] || echo "$p installed"; done')
        self.double("id", "echo 1000")
        self.double("sudo", '[ "$1" != -n ] || shift; case $1 in tee) cat >/dev/null ;; chmod|rm|true) ;; *) exec "$@" ;; esac')
        self.double("apt-cache", "true")
        self.double("apt-get", "echo 'Temporary failure resolving'; exit 100")
        done = self.run_script("--build")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get could not install: g++", done.stderr)
        self.assertIn("Temporary failure resolving", done.stderr)

    def test_an_unknown_option_is_a_usage_error(self):
        self.assertEqual(self.run_script("--frobnicate").returncode, 2)


if __name__ == "__main__":
    unittest.main()
