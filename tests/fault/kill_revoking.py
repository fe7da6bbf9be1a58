"""kill -9 at every step of `cert revoke`, `hold`, `release` and `ca crl`: what was acknowledged stays revoked, in the database, in the
next list and over OCSP; the published list is whole at every moment."""
import os

import _campaign
import city

city.need("openssl")
KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 110)
# verb: (state before, state after)
VERBS = {"revoke": ("good", "revoked"), "hold": ("good", "on-hold"), "release": ("on-hold", "good")}


def one_of(campaign, state):
    found = [serial for serial, known in campaign.promised.items() if known == state and serial in issued]
    return campaign.rng.choice(found) if found else None


rng = _campaign.seeded()
with city.City() as town:
    campaign = _campaign.Campaign(town, rng)
    own = set()  # the OCSP signer's certificate is not ours to revoke
    campaign.trace("list", 0, False, "ca", "crl", "issuing")
    campaign.check()
    own.update(campaign.promised)
    issued = set()

    def issue():
        campaign.issue()
        issued.update(set(campaign.promised) - own)

    for _ in range(4):
        issue()
    for verb in ("revoke", "hold", "release"):
        campaign.change(verb, one_of(campaign, VERBS[verb][0]), VERBS[verb][1])
    while campaign.kills < KILLS:
        verb = rng.choices(["revoke", "hold", "release", "list"], [5, 2, 2, 1])[0]
        if verb == "list":
            campaign.trace("list", *campaign.moment("list"), "ca", "crl", "issuing")
            campaign.check()
            continue
        serial = one_of(campaign, VERBS[verb][0])
        if serial is None and verb != "release":
            issue()
        elif serial is not None:
            campaign.change(verb, serial, VERBS[verb][1], *campaign.moment(verb))
    campaign.finish()
    print(campaign.summary())
    revoked = list(campaign.tables.states.values()).count("revoked")
    assert revoked >= KILLS // 10, f"only {revoked} certificates were revoked; the campaign does not test what it should"
