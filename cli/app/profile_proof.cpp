#include "profile_proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "yuxin/ca/issuer.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;
using x509::GeneralName;
using x509::GeneralNameKind;
using x509::KeyKind;

namespace {

constexpr const char* kDomain = "sample.example";

// The strictest root there is to issue under: one that lives longer than anything it signs.
constexpr const char* kRootProfile = R"(
name     = "sample-root"
title    = { en = "Sample root", zh = "示例根" }
keys     = ["ec:P-384"]
validity = "P200Y"
[subject]
order   = ["CN"]
require = ["CN"]
[extensions]
basic_constraints       = { critical = true, ca = true }
key_usage               = { critical = true, values = ["keyCertSign", "cRLSign"] }
authority_info_access   = false
crl_distribution_points = false
)";

// A folder for the lock file of issuing, gone with the proof.
class Scratch {
 public:
  Scratch() {
    base::Bytes random(8);
    base::random_bytes(random);
    path_ = std::filesystem::temp_directory_path() / ("yuxin-" + base::hex(random));
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] std::string lock_file() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

Result<std::shared_ptr<const x509::Signer>> new_signer(const KeyKind& kind) {
  TRY(auto key, x509::PrivateKey::generate(kind));
  return key.signer(x509::default_signature(kind));
}

// Bench is an authority in memory under which samples are prepared.
struct Bench {
  Scratch scratch;
  std::shared_ptr<store::Store> store;
  std::shared_ptr<ca::IntentOwner> owner;
  std::shared_ptr<ca::Issuer> issuer;
};

Result<> make_store(Bench& bench) {
  TRY(auto database, store::open_memory());
  std::vector<store::Migration> steps;
  for (const auto& step : store::migrations()) steps.push_back(step);
  for (const auto& step : evidence::migrations()) steps.push_back(step);
  TRY(store::migrate(*database, steps));
  TRY(bench.store, store::Store::over(std::move(database), ""));
  TRY(bench.owner, ca::IntentOwner::enter(bench.scratch.lock_file()));
  return {};
}

Result<store::AuthorityRow> add_authority(store::Store& store, const std::string& name, base::UnixTime now) {
  store::AuthorityRow row;
  row.name = name;
  row.key_name = name;
  row.created_at = now;
  TRY(store.write([&](store::Writer& writer) -> Result<> {
    TRY(writer.insert_authority(row));
    return {};
  }));
  TRY(store.read([&](store::Reader& reader) -> Result<> {
    TRY(row, reader.authority(name));
    return {};
  }));
  return row;
}

Result<> make_issuer(Bench& bench, const std::string& name, const base::Clock& clock) {
  TRY(make_store(bench));
  TRY(auto row, add_authority(*bench.store, name, clock.now()));
  TRY(auto profile, ca::parse_profile(kRootProfile, "sample-root.toml"));
  TRY(auto signer, new_signer({x509::KeyType::kP384, 384}));
  TRY(auto subject, x509::Name::parse("CN=Sample Root"));
  TRY(auto certificate,
      ca::issue_root({name, subject, std::make_shared<const ca::Profile>(std::move(profile)), signer}, bench.store,
                     bench.owner, clock, {"profile check"}));
  row.certificate = base::to_bytes(certificate.der());
  const std::string url = std::string("http://") + kDomain;
  TRY(bench.issuer, ca::Issuer::open({std::move(row),
                                      certificate,
                                      std::move(signer),
                                      {{url + "/ocsp"}, {url + "/ca/sample.cer"}, {url + "/crl/sample.crl"}},
                                      bench.store,
                                      bench.owner,
                                      &clock}));
  return {};
}

std::string host_under(const ca::SanRule& rule, std::int64_t number) {
  const std::string domain = rule.under.empty() ? kDomain : rule.under.front();
  return number == 0 ? domain : fmt::format("n{}.{}", number, domain);
}

// The first addresses of the network that the profile allows, or of one for documentation (RFC 5737).
std::string address_under(const ca::SanRule& rule, std::int64_t number) {
  if (rule.under.empty()) return fmt::format("192.0.2.{}", number % 250 + 1);
  const auto& network = rule.under.front();
  return network.substr(0, network.find('/'));
}

Result<GeneralName> sample_name(const ca::SanRule& rule, std::int64_t number) {
  switch (rule.kind) {
    case GeneralNameKind::kDns:
      return x509::parse_general_name("dns:" + host_under(rule, number));
    case GeneralNameKind::kEmail:
      return x509::parse_general_name(fmt::format("email:sample{}@{}", number, host_under(rule, 0)));
    case GeneralNameKind::kUri:
      return x509::parse_general_name(fmt::format("uri:https://{}/{}", host_under(rule, 0), number));
    case GeneralNameKind::kIp:
      return x509::parse_general_name("ip:" + address_under(rule, number));
    default:
      return base::fail(Code::kRefused, "No sample name can be made of the kind {}.",
                        x509::general_name_prefix(rule.kind));
  }
}

// As many names of each kind as the profile demands, and one of every kind that another rule counts on.
Result<std::vector<GeneralName>> sample_names(const ca::Profile& profile) {
  std::vector<GeneralName> names;
  for (const auto& rule : profile.san) {
    const bool wanted = std::ranges::any_of(
        profile.subject, [&](const ca::AttributeRule& attribute) { return attribute.must_be_in_san == rule.kind; });
    const auto count = std::max<std::int64_t>(rule.min, wanted || profile.subject.empty() ? 1 : 0);
    for (std::int64_t number = 0; number < count; ++number) {
      TRY(auto name, sample_name(rule, number));
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string sample_value(const ca::AttributeRule& rule, const std::vector<GeneralName>& names) {
  if (rule.fixed) return *rule.fixed;
  if (!rule.one_of.empty()) return rule.one_of.front();
  if (rule.must_be_in_san) {
    const auto name = std::ranges::find(names, *rule.must_be_in_san, &GeneralName::kind);
    if (name != names.end()) return name->value;
  }
  if (rule.keyword == "C") return "CN";
  if (rule.keyword == "emailAddress") return std::string("sample@") + kDomain;
  if (rule.keyword == "DC") return "example";
  return "Sample " + rule.keyword;
}

x509::Name sample_subject(const ca::Profile& profile, const std::vector<GeneralName>& names) {
  std::vector<x509::NameAttribute> attributes;
  for (const auto& rule : profile.subject) attributes.push_back({rule.type, 0, sample_value(rule, names), true});
  return x509::Name::from_attributes(std::move(attributes));
}

void add_findings(ProfileSample& sample, const std::vector<x509::LintFinding>& findings) {
  for (const auto& finding : findings)
    sample.findings.push_back(
        {std::string(finding.rule), std::string(finding.source), finding.severity, finding.message});
}

// A root signs itself, so it is made as `yuxin ca create --root` makes one, in a store of its own.
Result<> sample_root(const std::shared_ptr<const ca::Profile>& profile, const base::Clock& clock,
                     ProfileSample& sample) {
  Bench bench;
  TRY(make_store(bench));
  const std::string name = profile->issued_by.empty() ? "sample" : profile->issued_by.front();
  TRY(add_authority(*bench.store, name, clock.now()));
  TRY(auto signer, new_signer(sample.key));
  const auto subject = sample_subject(*profile, {});
  sample.subject = subject.text();
  auto made = ca::issue_root({name, subject, profile, signer}, bench.store, bench.owner, clock, {"profile check"});
  if (made) {
    add_findings(sample, x509::lint(*made, nullptr));
  } else {
    sample.refusal = made.error().detail;
  }
  return {};
}

Result<> sample_issued(Bench& bench, const std::shared_ptr<const ca::Profile>& profile, ProfileSample& sample) {
  TRY(auto signer, new_signer(sample.key));
  TRY(auto names, sample_names(*profile));
  const auto subject = sample_subject(*profile, names);
  sample.subject = subject.text();
  TRY(auto der, x509::make_request(subject, {}, *signer));
  TRY(auto request, x509::CertificateRequest::from_der(der));
  const auto prepared = bench.issuer->prepare(
      profile, {.request = request, .subject = subject, .alt_names = names, .validity = {}}, {"profile check"});
  if (!prepared) {
    sample.refusal = prepared.error().detail;
    return {};
  }
  const auto tbs = x509::parse_tbs_certificate(prepared->tbs());
  if (tbs) add_findings(sample, x509::lint_tbs(*tbs, &bench.issuer->certificate()));
  return {};
}

// One key for each rule, of the least size that it takes: the sizes above differ in nothing that a profile says.
std::vector<KeyKind> sample_keys(const ca::Profile& profile) {
  std::vector<KeyKind> kinds;
  for (const auto& rule : profile.keys) kinds.push_back({rule.type, rule.min_bits});
  return kinds;
}

// Nobody stands above a root, so its profile asks for no issuer's addresses.
bool signs_itself(const ca::Profile& profile) {
  return profile.is_ca() && !profile.authority_info_access && !profile.crl_distribution_points;
}

}  // namespace

Result<std::vector<ProfileSample>> prove_profile(const ca::Profile& profile, const base::Clock& clock) {
  // who must approve is not what is proven here
  auto copy = profile;
  copy.approval = "none";
  const auto shared = std::make_shared<const ca::Profile>(std::move(copy));
  const bool root = signs_itself(profile);
  Bench bench;
  if (!root) TRY(make_issuer(bench, profile.issued_by.empty() ? "sample" : profile.issued_by.front(), clock));
  std::vector<ProfileSample> samples;
  for (const auto& kind : sample_keys(profile)) {
    ProfileSample sample{kind, {}, {}, {}};
    TRY(root ? sample_root(shared, clock, sample) : sample_issued(bench, shared, sample));
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace yuxin::cli
