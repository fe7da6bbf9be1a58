#include "desk_home.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "enrolment_check.hpp"
#include "home_proofs.hpp"
#include "registry_home.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/ca/standing.hpp"

namespace yuxin::cli {

using base::Result;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFile = std::size_t{1} << 20U;

struct Text {
  std::string name;  // of the file, for errors
  std::string text;
};

// texts_of lays the *.toml of a folder over those that came with the program, by name.
template <typename Shipped>
Result<std::map<std::string, Text>> texts_of(const std::string& folder, const std::vector<Shipped>& shipped) {
  std::map<std::string, Text> texts;
  for (const auto& one : shipped)
    texts[std::string(one.name)] = {std::string(one.name) + ".toml", std::string(one.text)};
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    TRY(const auto octets, base::read_file(file.string(), kLongestFile));
    texts[file.stem().string()] = {file.string(), std::string(base::as_text(octets))};
  }
  return texts;
}

}  // namespace

Result<std::vector<std::shared_ptr<const workflow::Workflow>>> definitions_of(const Home& home) {
  TRY(const auto texts, texts_of(home.path() + "/workflows", workflow::shipped_workflows()));
  std::vector<std::shared_ptr<const workflow::Workflow>> definitions;
  for (const auto& [name, text] : texts) {
    TRY(auto definition, workflow::Workflow::parse(text.text, text.name));
    for (const auto& other : definitions) {
      if (other->name == definition->name)
        return base::fail(base::Code::kMalformed, "{}: a second workflow has the name {}.", text.name,
                          definition->name);
    }
    definitions.push_back(std::move(definition));
  }
  return definitions;
}

Result<std::shared_ptr<const workflow::Calendar>> calendar_of(const Home& home) {
  TRY(const auto texts, texts_of(home.path() + "/calendars", workflow::shipped_calendars()));
  std::vector<workflow::Calendar::Source> sources;
  for (const auto& [name, text] : texts) sources.push_back({text.name, text.text});
  return workflow::Calendar::load(sources);
}

namespace {

Result<ra::DeskParts> desk_parts(Home& home, const std::string& actor) {
  TRY(auto definitions, definitions_of(home));
  TRY(auto calendar, calendar_of(home));
  TRY(auto organisation, home.organisation());
  TRY(auto profiles, home.profiles());
  TRY(auto trust, trust_of(home));
  return ra::DeskParts{.store = home.shared_store(),
                       .organisation = std::move(organisation),
                       .calendar = std::move(calendar),
                       .policy = home.config().workflow_policy,
                       .workflows = std::move(definitions),
                       .profiles = std::move(profiles),
                       .trust = std::move(trust),
                       .clock = &home.clock(),
                       .authority = {},
                       .issuer = {},
                       .actor = actor,
                       .admit_profile = check_purpose,
                       .admit = {},
                       .in_good_standing = {},
                       .admit_change = [&home](const store::CertificateRow& row) { return check_change(home, row); }};
}

Result<std::shared_ptr<ra::Desk>> open_issuing_desk(Home& home, const std::string& actor,
                                                    const std::optional<ca::Petitioner>& petitioner) {
  TRY(auto parts, desk_parts(home, actor));
  // where none can sign, cases can still be looked at
  const auto signing = certifying_authority(home);
  parts.authority = signing ? signing->name : std::string();
  parts.issuer = [&home, signing, petitioner]() -> Result<std::shared_ptr<ca::Issuer>> {
    if (!signing) return tl::unexpected(signing.error());
    return home.issuer(signing->name, petitioner);
  };
  parts.in_good_standing = [&home](const store::AuthorityRow& authority) -> Result<bool> {
    TRY(const auto standing, ca::standing_of(home.store(), home.path(), authority, home.clock().now()));
    return standing.state == ca::Standing::State::kGood;
  };
  parts.admit = [&home](const ca::Profile& profile, const ca::PreparedIssuance& prepared) {
    return check_subject(home, profile, prepared);
  };
  return ra::Desk::open(std::move(parts));
}

}  // namespace

Result<std::shared_ptr<ra::Desk>> open_desk_for(Home& home, const ca::Petitioner& petitioner) {
  return open_issuing_desk(home, "registry:" + petitioner.name, petitioner);
}

Result<std::shared_ptr<ra::Desk>> open_desk(Home& home, const std::string& actor) {
  if (home.config().kind != HomeKind::kRegistration) return open_issuing_desk(home, actor, {});
  TRY(auto parts, desk_parts(home, actor));
  TRY(const auto authority, authority_elsewhere(home));
  parts.authority = authority.name;
  TRY(parts.port, open_remote_authority(home));
  return ra::Desk::open(std::move(parts));
}

Result<std::optional<ra::Viewer>> viewer_of(Home& home, const Person& person) {
  if (!person) return std::optional<ra::Viewer>();
  TRY(auto viewer, ra::viewer_of(home.store(), person->certificate, home.clock().now()));
  return std::optional(std::move(viewer));
}

}  // namespace yuxin::cli
