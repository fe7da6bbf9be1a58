// What the doctor looks at in authorities, their lists and their OCSP signers.
#include <algorithm>

#include "app/doctor/doctor.hpp"
#include "app/service_certificate.hpp"
#include "app/shell_word.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/ca/newer_lists.hpp"
#include "yuxin/ca/standing.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::cli {

using base::Code;
using base::message;
using base::Result;
using ca::Standing;

namespace {

constexpr base::Period kSoon{.seconds = 90 * 86400};
constexpr base::Period kYear{.years = 1};
constexpr base::Period kMonth{.months = 1};
constexpr std::size_t kLargestList = std::size_t{4} << 30U;

bool has_key(const KnownAuthority& authority) { return !authority.row.key_name.empty(); }

std::string date_of(base::UnixTime time) { return base::local_time(time).substr(0, 10); }

// A request waits to be carried to its issuer; that is not wrong.
bool waits(const KnownAuthority& authority) { return authority.row.certificate.empty(); }

void check_validity(const Patient& patient, const KnownAuthority& authority, Checklist& list) {
  const auto& name = authority.row.name;
  const auto now = patient.now;
  if (!authority.certificate) {
    return list.fail(message("the stored certificate of {} cannot be read", name),
                     message("restore the home from its latest backup"));
  }
  const auto until = authority.certificate->not_after();
  if (authority.certificate->not_before() > now)
    return list.fail(message("{} is valid only from {}", name, base::local_time(authority.certificate->not_before())),
                     message("set the clock, or wait"));
  if (until >= base::add(now, kYear)) return;
  const auto outlook = outlook_of(patient, authority);
  if (until < now && !outlook.successor.empty())
    return list.note(message("{} expired on {}; {} can issue", name, date_of(until), outlook.successor));
  // revoked, it is the business of check_standing
  if (outlook.until > until || (outlook.standing && outlook.standing->state == Standing::State::kRevoked)) return;
  const auto successor = message("make its successor: {}", successor_command(patient, authority));
  const auto left = base::in_words(until - now);
  if (until < now) {
    list.fail(message("{} expired on {}", name, date_of(until)), successor);
  } else if (until < base::add(now, kSoon)) {
    list.warn(message("{} expires in {}; what it issues cannot live longer", name, left), successor);
  } else {
    list.warn(message("{} expires in {}; its successor takes time to arrange", name, left), successor);
  }
}

// issuer_of is the authority that signed a certificate; of several with the name it asks for, the one whose key fits.
Result<const KnownAuthority*> issuer_of(const Patient& patient, const x509::Certificate& certificate) {
  Result<const KnownAuthority*> found =
      base::fail(Code::kNotFound, "its issuer {} is not known here", certificate.issuer().text());
  for (const auto& candidate : patient.authorities) {
    if (!candidate.certificate || !candidate.certificate->subject().same(certificate.issuer())) continue;
    const auto key = candidate.certificate->public_key();
    if (!key) continue;
    const auto signed_by = x509::verify_signature(certificate, *key);
    if (signed_by) return &candidate;
    found = tl::unexpected(signed_by.error());
  }
  return found;
}

// check_chain follows issuers to a self-signed certificate; a circle of cross-certificates ends it too.
Result<> check_chain(const Patient& patient, const KnownAuthority& leaf) {
  const auto* at = &leaf;
  for (std::size_t steps = 0; steps <= patient.authorities.size(); ++steps) {
    const auto& certificate = *at->certificate;
    if (!certificate.is_ca())
      return base::fail(Code::kIntegrity, "{} is no authority's certificate", certificate.subject().text());
    TRY(const auto* issuer, issuer_of(patient, certificate));
    if (certificate.subject().same(certificate.issuer())) return {};
    at = issuer;
  }
  return base::fail(Code::kIntegrity, "its issuers lead in a circle");
}

std::string list_remedy(const Patient& patient, const KnownAuthority& authority) {
  const auto& name = authority.row.name;
  if (has_key(authority)) {
    const auto sign = "yuxin --home " + shell_word(patient.home.path()) + " ca crl " + name;
    if (patient.home.config().kind == HomeKind::kOnline) return message("start the server, or: {}", sign);
    return message("{} --out {}.crl, carry the file to the online home, and there: yuxin ca import-crl {} {}.crl",
                   sign, name, name, name);
  }
  return message(
      "sign one where its key is, yuxin ca crl {} --out {}.crl, bring the file, and here: yuxin ca "
      "import-crl {} {}.crl",
      name, name, name, name);
}

bool is_published_list(const Patient& patient, const store::CrlRow& row) {
  const auto content = base::read_file(patient.home.path() + "/" + row.file, kLargestList);
  return content && base::equal(x509::digest(x509::DigestAlgorithm::kSha256, *content), row.sha256);
}

// A list that was brought here and is gone is the business of check_lists, which names it once for all that it
// judges.
bool lacks_a_list(const Patient& patient) {
  return std::ranges::any_of(patient.authorities, [&](const KnownAuthority& authority) {
    if (has_key(authority)) return false;
    const auto row = patient.home.store().status().latest_crl(authority.row.id);
    return row && !is_published_list(patient, *row);
  });
}

// Who revoked it, or put it on hold, or nothing.
const KnownAuthority* judge_of(const Patient& patient, const Standing& standing) {
  const auto judged = std::ranges::find(patient.authorities, standing.authority,
                                        [](const KnownAuthority& known) { return known.row.name; });
  if (judged == patient.authorities.end() || !judged->certificate) return nullptr;
  const auto issuer = issuer_of(patient, *judged->certificate);
  return issuer ? *issuer : nullptr;
}

// An authority's own expiry is the business of check_validity.
void check_standing(const Patient& patient, const KnownAuthority& authority, Checklist& list) {
  const auto& name = authority.row.name;
  const auto outlook = outlook_of(patient, authority);
  const auto& standing = outlook.standing;
  if (!standing && standing.error().code == Code::kIntegrity && lacks_a_list(patient)) return;
  if (!standing) return list.fail(standing.error().detail, message("restore the home from its latest backup"));
  if (outlook.is_good() || (standing->state == Standing::State::kExpired && standing->authority == name)) return;
  const auto text = message("{} signs nothing new: {}", name, ca::standing_text(*standing, name));
  if (standing->state == Standing::State::kOnHold) {
    const auto* judge = judge_of(patient, *standing);
    const auto remedy = judge == nullptr || has_key(*judge)
                            ? message("decide whether it is released or revoked")
                            : message("when it is released there: {}", list_remedy(patient, *judge));
    return outlook.successor.empty() ? list.fail(text, remedy) : list.warn(text, remedy);
  }
  if (outlook.successor.empty())
    return list.fail(text, message("make its successor: {}", successor_command(patient, authority)));
  if (outlook.living == 0) return list.note(message("{}; {} can issue", text, outlook.successor));
  list.warn(
      message("{}; certificates of its that are not over, and that nobody may believe: {}", text, outlook.living),
      message("issue them anew by {} and revoke them: yuxin --home {} cert list --ca {} --state good",
              outlook.successor, shell_word(patient.home.path()), name));
}

void check_list_file(const Patient& patient, const KnownAuthority& authority, const store::CrlRow& row,
                     Checklist& list) {
  const auto path = patient.home.path() + "/" + row.file;
  const auto content = base::read_file(path, kLargestList);
  if (!content)
    return list.fail(
        message("the published list of {} cannot be read: {}", authority.row.name, content.error().detail),
        list_remedy(patient, authority));
  if (!base::equal(x509::digest(x509::DigestAlgorithm::kSha256, *content), row.sha256))
    list.fail(message("{} is not the list that was published", path), list_remedy(patient, authority));
}

// Whether the database was put back to an older copy or somebody was interrupted, the list is to be taken in.
void check_brought(const Patient& patient, const KnownAuthority& authority, Checklist& list) {
  const auto newer = ca::find_newer_lists(patient.home.store(), patient.home.path(), authority.row);
  if (!newer) return;  // check_lists says why
  for (const auto& file : newer->unrecorded)
    list.warn(message("{} is a newer list of {} than the one that counts here: taking it in was interrupted, or the "
                      "database was put back to an older copy",
                      file, authority.row.name),
              message("take it in: yuxin --home {} ca import-crl {} {}", shell_word(patient.home.path()),
                      authority.row.name, shell_word(patient.home.path() + "/" + file)));
}

void check_list(const Patient& patient, const KnownAuthority& authority, Checklist& list) {
  const auto& name = authority.row.name;
  const auto row = patient.home.store().status().latest_crl(authority.row.id);
  const auto remedy = list_remedy(patient, authority);
  if (!row) {
    if (row.error().code != Code::kNotFound) return list.fail(row.error().detail, remedy);
    return list.warn(message("{} has no list; who checks its certificates by list is left without", name), remedy);
  }
  check_list_file(patient, authority, *row, list);
  if (!has_key(authority)) check_brought(patient, authority, list);
  const auto lacks = ca::lacks_changes(patient.home.store(), authority.row.id);
  if (has_key(authority) && lacks && *lacks)
    list.warn(message("the list of {} does not tell the latest change of status", name), remedy);
  const bool by_schedule = has_key(authority) && patient.home.config().kind == HomeKind::kOnline;
  if (row->next_update <= patient.now) {
    list.fail(message("the list of {} ran out on {}", name, base::local_time(row->next_update)), remedy);
  } else if (!by_schedule && row->next_update <= base::add(patient.now, kMonth)) {
    list.warn(message("the list of {} runs out in {}; it is signed by hand", name,
                      base::in_words(row->next_update - patient.now)),
              remedy);
  } else if (by_schedule &&
             base::add(row->this_update, patient.home.config().crl_every) + base::hours(1) < patient.now) {
    list.warn(message("the next list of {} is overdue; the one published is good for another {}", name,
                      base::in_words(row->next_update - patient.now)),
              remedy);
  }
}

Result<> check_signer_certificate(const x509::Certificate& signer, const x509::Certificate& issuer) {
  TRY(auto key, issuer.public_key());
  TRY(x509::verify_signature(signer, key));
  const auto* usage = signer.tbs().find(x509::oid::kExtKeyUsage);
  const auto purposes = usage == nullptr ? std::nullopt : x509::read_extended_key_usage(usage->value);
  const bool delegated = purposes && std::ranges::any_of(*purposes, [](const base::Bytes& purpose) {
                           return base::equal(purpose, x509::oid::kOcspSigning);
                         });
  if (!delegated) return base::fail(Code::kRefused, "it is not for signing OCSP answers (RFC 6960 section 4.2.2.2)");
  return {};
}

void check_signer(const Patient& patient, const KnownAuthority& authority, Checklist& list) {
  const auto& name = authority.row.name;
  const auto remedy =
      message("start the server, which makes a new one: yuxin --home {} serve", shell_word(patient.home.path()));
  const auto row = std::ranges::find(patient.signers, authority.row.id, &store::ServiceCertificateRow::authority);
  if (row == patient.signers.end()) return list.fail(message("{} has no OCSP signer", name), remedy);
  const auto certificate = x509::Certificate::from_der(row->certificate);
  const auto checked = certificate ? check_signer_certificate(*certificate, *authority.certificate)
                                   : Result<>(tl::unexpected(certificate.error()));
  if (!checked)
    return list.fail(message("the OCSP signer of {} is not good: {}", name, checked.error().detail), remedy);
  if (const auto withdrawn = is_withdrawn(patient.home.store(), *row); withdrawn && *withdrawn)
    return list.fail(message("the certificate of the OCSP signer of {} was revoked and it still serves", name),
                     remedy);
  if (certificate->not_after() < patient.now)
    return list.fail(message("the OCSP signer of {} expired on {}", name, date_of(certificate->not_after())), remedy);
  if (certificate->not_after() <= base::add(patient.now, patient.home.config().ocsp_signer_renew_before))
    list.warn(message("the OCSP signer of {} expires in {} and was not renewed", name,
                      base::in_words(certificate->not_after() - patient.now)),
              remedy);
}

}  // namespace

std::vector<Check> check_authorities(const Patient& patient) {
  Checklist list("authority-certificates");
  std::vector<std::string> good;
  for (const auto& authority : patient.authorities) {
    if (waits(authority)) {
      list.note(message("{} waits for its certificate; when it is here: yuxin ca import-certificate {} FILE",
                        authority.row.name, authority.row.name));
      continue;
    }
    check_validity(patient, authority, list);
    if (authority.certificate && outlook_of(patient, authority).is_good())
      good.push_back(message("{} until {}", authority.row.name, date_of(authority.certificate->not_after())));
  }
  return std::move(list).finish(good.empty() ? message("there is none yet") : base::join(good, message(", ")));
}

std::vector<Check> check_chains(const Patient& patient) {
  Checklist list("chains");
  for (const auto& authority : patient.authorities) {
    if (!authority.certificate) continue;
    const auto checked = check_chain(patient, authority);
    check_standing(patient, authority, list);
    if (checked) continue;
    list.fail(message("{} does not lead to a root: {}", authority.row.name, checked.error().detail),
              message("make the missing authority known: yuxin ca import-certificate NAME FILE"));
  }
  return std::move(list).finish(message("every authority leads to its root"));
}

std::vector<Check> check_lists(const Patient& patient) {
  Checklist list("lists");
  // also of an authority that is over: whatever was rolled back, all of it was
  const auto older = ca::find_roll_backs(patient.home.store(), patient.home.path());
  if (!older) list.fail(older.error().detail, message("work as the account that the home belongs to"));
  if (older)
    for (const auto& found : *older) list.fail(ca::roll_back_text(found), ca::roll_back_remedy(found));
  for (const auto& authority : patient.authorities) {
    // what an older copy knows of its list leads astray
    if (older && std::ranges::count(*older, authority.row.name, &ca::RollBack::authority) != 0) continue;
    if (authority.certificate && !outlook_of(patient, authority).is_over()) check_list(patient, authority, list);
  }
  return std::move(list).finish(message("every list is current and is the one that was published"));
}

std::vector<Check> check_signers(const Patient& patient) {
  Checklist list("ocsp-signers");
  if (patient.home.config().kind == HomeKind::kOfflineRoot)
    return std::move(list).finish(message("none; an offline root answers nobody"));
  std::size_t count = 0;
  for (const auto& authority : patient.authorities) {
    if (!has_key(authority) || !authority.certificate) continue;
    // one that may not sign gets no new signer, and goes on with what it has while that is good
    const auto outlook = outlook_of(patient, authority);
    if (!outlook.is_good()) continue;
    ++count;
    check_signer(patient, authority, list);
  }
  return std::move(list).finish(message("{} in service", count));
}

}  // namespace yuxin::cli
