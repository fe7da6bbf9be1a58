#include "notifier_identity.hpp"

#include <algorithm>

#include "service_certificate.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/x509/cms.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::cli {

using base::Result;
using x509::Certificate;

namespace {

constexpr const char* kPurpose = "notifier";
constexpr base::Period kRenewBefore{.seconds = 30 * 86400};

Result<bool> has_addresses(const store::ServiceCertificateRow& row, std::vector<std::string> wanted) {
  TRY(const auto certificate, Certificate::from_der(row.certificate));
  const auto* extension = certificate.tbs().find(x509::oid::kSubjectAltName);
  const auto names = extension == nullptr ? std::nullopt : x509::read_alternative_names(extension->value);
  std::vector<std::string> held;
  if (names) std::ranges::transform(*names, std::back_inserter(held), &x509::GeneralName::value);
  std::ranges::sort(held);
  std::ranges::sort(wanted);
  return held == wanted;
}

Result<> make_notifier(Home& home, const store::AuthorityRow& authority, const std::vector<std::string>& senders,
                       const std::string& actor) {
  TRY(home.issuer(authority.name));  // whoever cannot certify refuses before a key is made
  TRY(const auto profile, service_profile(home, kPurpose));
  Service service{kPurpose, kPurpose, profile, "Notifications of " + authority.name};
  for (const auto& sender : senders) {
    TRY(auto name, x509::parse_general_name("email:" + sender));
    service.alt_names.push_back(std::move(name));
  }
  base::Bytes random(4);
  base::random_bytes(random);
  const auto key = std::string(kPurpose) + "-" + authority.name + "-" + base::hex(random);
  TRY(home.keys().generate(key, service_key_kind(authority)));
  TRY(const auto made, certify_service(home, service, authority.name, key, actor));
  base::log_info(base::message("The certificate that signs notifications was made; it is valid until {}.",
                               base::local_time(made.not_after())));
  return {};
}

}  // namespace

Result<keymgmt::Identity> keep_notifier(Home& home, const std::vector<std::string>& senders,
                                        const std::string& actor) {
  TRY(const auto authority, certifying_authority(home));
  TRY(auto row, service_in_use(home, kPurpose, authority.id));
  TRY(auto due, is_service_due(authority, row, kRenewBefore, home.clock().now()));
  if (row && !due) {
    TRY(const bool withdrawn, is_withdrawn(home.store(), *row));
    TRY(const bool named, has_addresses(*row, senders));
    due = withdrawn || !named;
  }
  if (!row || (due && may_certify_now(home, authority))) {
    TRY(make_notifier(home, authority, senders, actor));
    TRY(row, service_in_use(home, kPurpose, authority.id));
  }
  TRY(auto certificate, Certificate::from_der(row->certificate));
  TRY(auto signer, home.keys().signer(row->key_name));
  TRY(auto chain, issuers_above(home, certificate));
  return keymgmt::Identity{std::move(certificate), std::move(signer), std::move(chain)};
}

notify::Seal seal_by(keymgmt::Identity identity, const base::Clock& clock) {
  return [identity = std::move(identity), &clock](base::ByteView content) {
    x509::CmsSignOptions options;
    options.content = x509::CmsContent::kDetached;
    options.signing_time = clock.now();
    options.chain = identity.chain;
    return x509::sign_message(content, {{identity.certificate, identity.signer}}, options);
  };
}

}  // namespace yuxin::cli
