"""The runner of the command-line cases must notice what a case does not say."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import run_cases


class RunCasesTest(unittest.TestCase):
    def run_text(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "case.txt")
            path.write_text(text)
            self.output = io.StringIO()
            with contextlib.redirect_stdout(self.output):
                return run_cases.run_file(path)

    def test_a_story_that_is_true_passes(self):
        self.assertTrue(self.run_text("Words.\n\n    $ a=7\n    $ echo $a; echo no >&2; (exit 3)\n    7\n    ! no\n    [3]\n"))

    def test_the_folder_and_functions_live_on(self):
        self.assertTrue(self.run_text("    $ mkdir d && cd d && f() { pwd; }\n    $ f\n    …/d\n"))

    def test_a_command_may_have_several_lines(self):
        self.assertTrue(self.run_text("    $ for i in 1 2; do\n    > echo $i; done\n    1\n    2\n"))

    def test_differences_fail(self):
        for text in ("    $ echo a\n    b\n", "    $ echo a\n", "    $ echo a >&2\n", "    $ true\n    [1]\n", "    $ false\n",
                     "    $ true\n    a\n", "    $ echo a >&2\n    a\n", "    $ printf 'a\\nb\\n'\n    a\n", "no commands\n"):
            self.assertFalse(self.run_text(text), text)

    def test_the_ellipsis_stands_for_any_text_or_lines(self):
        self.assertTrue(self.run_text("    $ echo 'a b c'\n    a … c\n"))
        self.assertTrue(self.run_text("    $ seq 9\n    1\n    …\n    9\n"))
        self.assertFalse(self.run_text("    $ seq 9\n    1\n    …\n    8\n"))
        self.assertFalse(self.run_text("    $ echo 'a.c'\n    a.d\n"))
        self.assertFalse(self.run_text("    $ echo 'abc'\n    a.c\n"))

    def test_a_shell_that_ends_is_a_failure(self):
        with self.assertRaises(SystemExit):
            self.run_text("    $ exit 0\n    $ true\n")

    def test_a_command_that_does_not_end_is_a_failure_and_is_ended(self):
        run_cases.SECONDS_FOR_A_COMMAND, before = 1, run_cases.SECONDS_FOR_A_COMMAND
        try:
            with self.assertRaises(SystemExit):
                self.run_text("    $ sleep 1000\n")
        finally:
            run_cases.SECONDS_FOR_A_COMMAND = before

    def test_documentation_is_lenient_about_silence_and_strict_about_what_it_shows(self):
        self.assertTrue(self.run_text("```console\n$ echo a\n$ echo b >&2\nb\n```\n```console skip\n$ false\n```\n"))
        self.assertFalse(self.run_text("```console\n$ echo a\nb\n```\n"))
        self.assertFalse(self.run_text("```console\n$ false\n```\n"))

    def test_background_programs_are_ended(self):
        self.assertTrue(self.run_text("    $ sleep 1000 & echo $!\n    …\n"))

    def test_the_small_words_work(self):
        self.assertTrue(self.run_text("""    $ echo '{"a": [{"b": "x"}]}' | json a.0.b\n    x\n    $ free_port | grep -cE '^[0-9]+$'\n    1\n"""))
        self.assertTrue(self.run_text("    $ make_request r /CN=x\n    $ openssl req -in r.csr -noout -subject -nameopt RFC2253\n    subject=CN=x\n"))


if __name__ == "__main__":
    unittest.main()
