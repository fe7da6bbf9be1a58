"""kill -9 at random in the middle of rotate, migrate and reshare: nothing is lost, and one consistent state is left. YUXIN_FAULT_KILLS says how many
kills there are in all (a hundred, where it matters), YUXIN_SEED replays them."""
import os

import _campaign
import _kill_migrating
import _kill_resharing
import _kill_rotating
import soft_tokens

KILLS = int(os.environ.get("YUXIN_FAULT_KILLS") or 18)

campaigns = [_kill_rotating.campaign, _kill_resharing.campaign]
if soft_tokens.first_of(soft_tokens.MODULES):
    campaigns.append(_kill_migrating.campaign)
else:
    print("the module of SoftHSM is not installed: nothing was migrated")
rng = _campaign.seeded()
done = 0
for left, campaign in zip(range(len(campaigns), 0, -1), campaigns):
    done += campaign(max(1, (KILLS - done) // left), rng)
print(f"{done} kills in all")
