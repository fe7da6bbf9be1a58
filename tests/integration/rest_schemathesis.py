"""Somebody else's fuzzer over the document that the server serves: schemathesis, where it is installed (pip install schemathesis; SCHEMATHESIS names it
where it is not on the path). No fault of the server, no answer that the document does not promise, nothing accepted that it forbids."""
import os
import re
import shutil

import city
from city import run
from rest_office import Office

# positive_data_acceptance: what fits the schema is still refused where there is no such case; ignored_auth and missing_required_header belong to TLS.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,negative_data_rejection,unsupported_method"


def main():
    program = os.environ.get("SCHEMATHESIS") or shutil.which("schemathesis")
    if not program:
        city.skip("schemathesis is not installed")
    office = Office()
    try:
        office.submit("seen")
        folder = office.town.folder
        (folder / "openapi.json").write_bytes(office.client(None).get("/v1/openapi.json").body)
        done = run(program, "run", folder / "openapi.json", "--url", f"https://127.0.0.1:{office.town.ra_port}", "--tls-verify", office.town.root, "--request-cert",
                   folder / "li.pem", "--request-cert-key", folder / "li.key", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", "25",
                   "--rate-limit", "18/s", "--seed", "1", "--generation-deterministic", "--no-shrink", "--warnings", "off", "--no-color", "--continue-on-failure",
                   expect=None, timeout=800, cwd=folder)
        assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
        print(re.search(r"Test cases:[^=]*", done.stdout)[0].strip())
    finally:
        office.server.stop()


main()
