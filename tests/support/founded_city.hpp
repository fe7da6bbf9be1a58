// A city for tests of what commands and the server do with its homes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "cli/app/founding.hpp"
#include "command.hpp"
#include "fake_clock.hpp"
#include "need.hpp"

namespace yuxin::test {

// found_city gives a city in `folder`/city that was founded at the clock's time, both homes under one passphrase;
// gives its folder. Deriving keys from passphrases is dear on purpose: each city is founded once in a process, and
// copied.
inline std::string found_city(const TemporaryFolder& folder, const FakeClock& clock, const std::string& passphrase) {
  static const TemporaryFolder kFounded;
  static std::map<std::pair<std::int64_t, std::string>, std::string> made;
  auto& original = made[{clock.now().seconds, passphrase}];
  if (original.empty()) {
    cli::FoundingPlan plan;
    plan.folder = kFounded.file("city-" + std::to_string(made.size()));
    plan.organisation = "Test City";
    plan.public_url = "http://pki.city.test";
    plan.keys = cli::key_choices().front();
    plan.root_passphrase = base::Secret(passphrase);
    plan.online_passphrase = base::Secret(passphrase);
    plan.actor = "local:alice";
    need(cli::found(plan, clock));
    original = plan.folder;
  }
  auto copy = folder.file("city");
  std::filesystem::copy(original, copy, std::filesystem::copy_options::recursive);
  return copy;
}

}  // namespace yuxin::test
