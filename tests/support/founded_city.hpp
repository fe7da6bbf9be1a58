// A city for tests of what commands and the server do with its homes.
#pragma once

#include <string>

#include "cli/app/founding.hpp"
#include "command.hpp"
#include "fake_clock.hpp"
#include "need.hpp"

namespace yuxin::test {

// found_city founds a city in `folder`/city at the clock's time, both homes under one passphrase; gives its folder.
inline std::string found_city(const TemporaryFolder& folder, const FakeClock& clock, const std::string& passphrase) {
  cli::FoundingPlan plan;
  plan.folder = folder.file("city");
  plan.organisation = "Test City";
  plan.public_url = "http://pki.city.test";
  plan.keys = cli::key_choices().front();
  plan.root_passphrase = base::Secret(passphrase);
  plan.online_passphrase = base::Secret(passphrase);
  plan.actor = "local:alice";
  need(cli::found(plan, clock));
  return plan.folder;
}

}  // namespace yuxin::test
