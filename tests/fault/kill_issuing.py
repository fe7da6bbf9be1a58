"""kill -9 at every step of `cert issue`: no certificate that was given out is forgotten, no serial number comes twice, the ledger
verifies, and the next start ends what was begun."""
import os

import _campaign
import city

city.need("openssl")
KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 140)

rng = _campaign.seeded()
with city.City() as town:
    campaign = _campaign.Campaign(town, rng)
    campaign.issue()
    while campaign.kills < KILLS:
        campaign.issue(*campaign.moment("issue"))
    campaign.finish()
    print(campaign.summary())
    voids = list(campaign.tables.states.values()).count("void")
    assert voids >= KILLS // 10, f"only {voids} kills fell between intent and result; the campaign does not test what it should"
