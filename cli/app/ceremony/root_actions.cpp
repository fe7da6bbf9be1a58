// The home of an offline root, its key, its certificate and its lists.
#include <filesystem>

#include "actions.hpp"
#include "app/authority_steps.hpp"
#include "app/founding.hpp"
#include "opening.hpp"
#include "practice_name.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/crl_publication.hpp"
#include "yuxin/evidence/ledger.hpp"
#include "yuxin/keymgmt/ceremony_keys.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
namespace fs = std::filesystem;

namespace {

constexpr const char* kCeremonySetting = "ceremony";

HomeConfig home_config(const CeremonySession& session) {
  HomeConfig config;
  config.kind = HomeKind::kOfflineRoot;
  config.organisation = session.step().value("organisation");
  config.public_url = session.step().value("public_url");
  config.crl_valid_for = {.months = 6};
  config.crl_every = {.months = 5};
  if (session.options().module) config.keys.modules = {*session.options().module};
  return config;
}

Result<bool> is_made_here(Home& home, const std::string& ceremony) {
  std::string made;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(made, reader.setting(kCeremonySetting));
    return {};
  }));
  return made == ceremony;
}

// The home is built beside its place and moved there when it is whole.
Result<std::shared_ptr<Home>> build_home(CeremonySession& session, const std::string& target) {
  auto& context = session.context();
  TRY(const auto passphrase, session.new_passphrase(message("Passphrase of the new home")));
  const auto staging = target + ".making-" + session.ceremony().id();
  std::error_code error;
  fs::remove_all(staging, error);
  TRY(base::make_directory(staging));
  {
    TRY(const auto home, Home::create(staging, home_config(session), passphrase, context.clock()));
    TRY(home->store().write(
        [&](store::Writer& writer) { return writer.set_setting(kCeremonySetting, session.ceremony().id()); }));
  }
  TRY(move_into_place(staging, target));
  TRY(auto home, Home::open(target, Home::Access::kWrite, context.clock()));
  TRY(home->unlock(passphrase));
  take_pins(session, *home);
  return home;
}

// The certificate that was signed before a power cut: the one whose TBSCertificate the witnesses agreed to.
bool is_agreed(const CeremonySession& session, const x509::Certificate& certificate) {
  return session.ceremony().agreed() &&
         base::hex(x509::sha256(certificate.tbs().der)) == base::json_string(session.ceremony().prepared(), "tbs");
}

base::JsonObject prepared_root(const keymgmt::CeremonyStep& step, const x509::TbsCertificate& tbs,
                               const x509::Digest256& digest) {
  const auto subject = x509::Name::from_der(tbs.subject);
  const auto serial = x509::Serial::from_der_content(tbs.serial);
  return {{"authority", step.value("authority")},
          {"key_kind", step.value("key")},
          {"not_after", base::rfc3339(tbs.not_after)},
          {"not_before", base::rfc3339(tbs.not_before)},
          {"public_key", base::hex(x509::sha256(tbs.spki))},
          {"serial", serial ? serial->grouped() : ""},
          {"subject", subject ? subject->text() : ""},
          {"tbs", base::hex(digest)}};
}

Result<Deed> root_deed(CeremonySession& session, const x509::Certificate& certificate) {
  const auto pem = certificate.pem();
  TRY(auto output, session.keep_output(session.step().value("output"), base::as_bytes(pem)));
  return Deed{{{"certificate", base::hex(certificate.sha256_fingerprint())},
               {"public_key", base::hex(x509::sha256(certificate.tbs().spki))},
               {"subject", certificate.subject().text()}},
              {std::move(output)}};
}

}  // namespace

Result<Deed> create_home(CeremonySession& session) {
  std::string target = session.context().options().home;
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  auto there = Home::open(target, Home::Access::kWrite, session.context().clock());
  std::shared_ptr<Home> home;
  if (there) {
    TRY(const bool ours, is_made_here(**there, session.ceremony().id()));
    if (!ours) return fail(Code::kConflict, "{} holds a home already, which this ceremony did not make.", target);
    TRY(const auto passphrase, session.context().passphrase(message("Passphrase of the home")));
    TRY((*there)->unlock(passphrase));
    take_pins(session, **there);
    home = std::move(*there);
  } else {
    TRY(check_folder(target));
    TRY(home, build_home(session, target));
  }
  session.opened(home);
  return Deed{{{"home", target}}, {}};
}

Result<Deed> create_root(CeremonySession& session) {
  TRY(const auto home, session.home());
  const auto& step = session.step();
  const auto kind = x509::parse_key_kind(step.value("key"));
  TRY(auto subject, x509::Name::parse(step.value("subject")));
  if (session.practice()) subject = practice_name(subject);
  const NewAuthority wanted{step.value("authority"), *kind, std::move(subject), step.value("token")};
  TRY(const auto certificate,
      make_root(*home, wanted, session.context().actor(), [&](base::ByteView tbs) -> Result<> {
        const auto parsed = x509::parse_tbs_certificate(tbs);
        if (!parsed) return fail(Code::kInternal, "The certificate that was prepared does not parse.");
        TRY(const auto digest, keymgmt::try_certificate(tbs, *kind, x509::default_signature(*kind), nullptr));
        return session.agree(prepared_root(step, *parsed, digest));
      }));
  if (!is_agreed(session, certificate)) {
    return fail(Code::kIntegrity, "The root {} is there, and its certificate is not what the witnesses agreed to.",
                wanted.name);
  }
  return root_deed(session, certificate);
}

Result<Deed> sign_list(CeremonySession& session) {
  TRY(const auto home, session.home());
  const auto name = session.step().value("authority");
  TRY(auto order, home->crl_order(name));
  store::CrlRow list;
  // one that was signed since this step began was signed by it, before a power cut
  const auto last = home->store().status().latest_crl(order.authority.id);
  if (last && last->this_update >= session.ceremony().begun()) {
    list = *last;
  } else {
    TRY(list, ca::publish_crl(home->store(), order, session.context().clock(), {session.context().actor()}));
    end_work(session.context(), *home);
  }
  TRY(const auto octets, base::read_file(home->path() + "/" + list.file, std::size_t{1} << 30U));
  TRY(auto output, session.keep_output(session.step().value("output"), octets));
  return Deed{{{"authority", name},
               {"issuer", base::base64(order.certificate.der())},
               {"list", base::hex(x509::sha256(octets))},
               {"next_update", base::rfc3339(list.next_update)},
               {"number", list.number}},
              {std::move(output)}};
}

Result<Deed> verify_home(CeremonySession& session) {
  TRY(const auto home, session.home());
  TRY(home->checkpoint());
  evidence::VerifyReport report;
  TRY(home->store().read([&](store::Reader& reader) -> Result<> {
    TRY(report, evidence::verify(reader));
    return {};
  }));
  if (!report.problems.empty())
    return fail(Code::kIntegrity, "The home contradicts its ledger: {}", report.problems.front());
  return Deed{{{"head", base::hex(report.head.root)}, {"records", report.records}}, {}};
}

}  // namespace yuxin::cli
