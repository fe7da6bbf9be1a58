-- RSA keys with one modulus have one tag since this step, so every tag is made again by whoever opens the home.
UPDATE certificates SET key_tag = NULL;
