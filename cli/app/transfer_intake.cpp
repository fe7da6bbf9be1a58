#include "transfer_intake.hpp"

#include <algorithm>

#include "authority_import.hpp"
#include "authority_steps.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/evidence/witness.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::message;
using base::Result;
using keymgmt::TransferItem;
using keymgmt::TransferKind;
using x509::Certificate;
using Deed = Parcel::Deed;

namespace {

// Says which thing of the bundle a text is about.
std::string of_the_bundle(const TransferItem& item, const std::string& text) {
  return message("{} of the bundle: {}", item.name, text);
}

template <typename T>
Result<T> about(const TransferItem& item, Result<T> result) {
  if (result) return result;
  auto error = std::move(result).error();
  error.detail = of_the_bundle(item, error.detail);
  return tl::unexpected(std::move(error));
}

// Is the thing itself what is wrong, and not the home, which may do better at the next attempt?
bool is_about_the_thing(Code code) {
  return code == Code::kMalformed || code == Code::kRefused || code == Code::kBadSignature ||
         code == Code::kConflict || code == Code::kNotFound;
}

Parcel set_aside(const TransferItem& item, std::string why) {
  Parcel parcel{&item, Deed::kSetAside, {}, {}, {}, {}};
  parcel.why = std::move(why);
  return parcel;
}

// Authorities are those of the home, and those whose certificates come in the bundle.
class Authorities {
 public:
  [[nodiscard]] static Result<Authorities> of(Home& home) {
    Authorities all;
    TRY(all.rows_, home.store().status().authorities());
    for (const auto& row : all.rows_) {
      if (row.certificate.empty()) continue;
      TRY(auto certificate, Certificate::from_der(row.certificate));
      all.known_.push_back(std::move(certificate));
    }
    return all;
  }
  [[nodiscard]] const std::vector<store::AuthorityRow>& rows() const { return rows_; }
  void expect(const Certificate& certificate) { known_.push_back(certificate); }
  // is_signed_by_one: by a key of an authority with the issuer's name.
  template <typename Signed>
  [[nodiscard]] bool is_signed_by_one(const Signed& object, const x509::Name& issuer) const {
    return std::ranges::any_of(known_, [&](const Certificate& authority) {
      const auto key = authority.public_key();
      return authority.subject().same(issuer) && key && verifies(object, *key);
    });
  }

 private:
  static bool verifies(const Certificate& certificate, const x509::PublicKey& key) {
    return x509::verify_signature(certificate, key).has_value();
  }
  static bool verifies(const x509::Crl& list, const x509::PublicKey& key) {
    return list.verify_signature(key).has_value();
  }
  std::vector<store::AuthorityRow> rows_;
  std::vector<Certificate> known_;
};

std::string stem_of(const std::string& name) { return name.substr(0, name.find('.')); }

Result<bool> is_key_of(Home& home, const store::AuthorityRow& row, const x509::PublicKey& key) {
  if (row.key_name.empty()) return false;
  const auto own = home.keys().public_key(row.key_name);
  if (!own && own.error().code != Code::kNotFound) return tl::unexpected(own.error());
  return own && base::equal(own->spki(), key.spki());
}

Result<Parcel> plan_certificate(Home& home, const Authorities& authorities, const TransferItem& item) {
  TRY(auto certificate, Certificate::from_der(item.octets));
  TRY(const auto key, certificate.public_key());
  Parcel parcel{&item, Deed::kKeep, {}, certificate, {}, {}};
  for (const auto& row : authorities.rows()) {
    if (base::equal(row.certificate, item.octets)) {
      parcel.deed = Deed::kKnown;
      parcel.authority = row.name;
      return parcel;
    }
    TRY(const bool is_own, is_key_of(home, row, key));
    if (!is_own) continue;
    if (!row.certificate.empty()) return parcel;  // another one for the same key is for people to decide about
    if (certificate.not_after() <= home.clock().now())
      return fail(Code::kRefused, "The certificate of {} expired at {}.", certificate.subject().text(),
                  base::local_time(certificate.not_after()));
    parcel.deed = Deed::kCertify;
    parcel.authority = row.name;
  }
  if (certificate.subject().same(certificate.issuer())) {
    TRY(x509::verify_signature(certificate, key));
    if (!certificate.is_ca()) return fail(Code::kRefused, "It is a self-signed certificate of no authority.");
    // Another city's root may well have the name of the one here: a person gives it one then.
    parcel.authority = stem_of(item.name);
    const bool is_free = check_authority_name(parcel.authority) &&
                         std::ranges::find(authorities.rows(), parcel.authority, &store::AuthorityRow::name) ==
                             authorities.rows().end();
    if (is_free) parcel.deed = Deed::kMakeKnown;
    return parcel;
  }
  if (!authorities.is_signed_by_one(certificate, certificate.issuer()))
    return fail(Code::kBadSignature, "It is not signed by an authority that is known here or comes with it: {}.",
                certificate.issuer().text());
  return parcel;
}

bool is_by(const x509::Crl& list, const Certificate& authority) {
  const auto key = authority.public_key();
  return authority.subject().same(list.issuer()) && key && list.verify_signature(*key);
}

Result<Parcel> plan_list(Home& home, const Authorities& authorities, const std::vector<Parcel>& before,
                         const TransferItem& item) {
  TRY(auto list, x509::Crl::from_der(item.octets));
  if (!authorities.is_signed_by_one(list, list.issuer()))
    return fail(Code::kBadSignature, "It is not signed by an authority that is known here or comes with it: {}.",
                list.issuer().text());
  Parcel parcel{&item, Deed::kKeep, {}, {}, list, {}};
  for (const auto& known : before) {
    if (known.deed == Deed::kMakeKnown && is_by(list, *known.certificate)) parcel.deed = Deed::kPublishList;
  }
  for (const auto& row : authorities.rows()) {
    if (row.certificate.empty()) continue;
    TRY(const auto certificate, Certificate::from_der(row.certificate));
    if (!is_by(list, certificate)) continue;
    if (row.key_name.empty()) parcel.deed = Deed::kPublishList;  // of the others the lists are made here
    const auto latest = home.store().status().latest_crl(row.id);
    if (latest && base::equal(x509::sha256(item.octets), latest->sha256)) parcel.deed = Deed::kKnown;
  }
  // one that was long on its way is of no use any more; the next bundle has the next
  const auto next_update = list.next_update();
  if (parcel.deed == Deed::kPublishList && next_update && *next_update <= home.clock().now())
    return fail(Code::kRefused, "The list expired at {}.", base::local_time(*next_update));
  return parcel;
}

Result<Parcel> plan_request(const TransferItem& item) {
  TRY(const auto request, x509::CertificateRequest::from_der(item.octets));
  TRY(request.verify_possession());
  return Parcel{&item, Deed::kKeep, {}, {}, {}, {}};
}

Result<Parcel> plan_checkpoint(const keymgmt::Transfer& transfer, const TransferItem& item,
                               const std::string& last_note, std::string& note) {
  if (!note.empty()) return fail(Code::kMalformed, "A bundle holds one checkpoint.");
  TRY(const auto request, evidence::parse_witness_request(base::as_text(item.octets)));
  std::optional<evidence::Checkpoint> last;
  if (!last_note.empty()) {
    TRY(last, evidence::open_checkpoint(last_note, transfer.sender));
  }
  const auto checkpoint = evidence::check_request(request, transfer.sender, last);
  if (!checkpoint && last)
    return fail(
        Code::kIntegrity,
        "It does not continue what this home knows of the sender's ledger. {} Where the sender's home was put "
        "back from an older copy, both sides say so: yuxin bundle resume, and here --sender-restored REASON",
        checkpoint.error().detail);
  if (!checkpoint) return tl::unexpected(checkpoint.error());
  if (checkpoint->origin != transfer.header.from)
    return fail(Code::kIntegrity, "It is of another ledger than the sender's: {}.", checkpoint->origin);
  note = request.checkpoint;
  return Parcel{&item, Deed::kRemember, {}, {}, {}, {}};
}

Result<Parcel> plan_item(Home& home, const Authorities& authorities, const keymgmt::Transfer& transfer,
                         const TransferItem& item, const std::string& last_note, Intake& intake) {
  switch (item.kind) {
    case TransferKind::kCertificate:
      return plan_certificate(home, authorities, item);
    case TransferKind::kCrl:
      return plan_list(home, authorities, intake.parcels, item);
    case TransferKind::kRequest:
      return plan_request(item);
    case TransferKind::kCheckpoint:
      return plan_checkpoint(transfer, item, last_note, intake.checkpoint);
    case TransferKind::kRecord:
    case TransferKind::kFile:
      break;
  }
  return Parcel{&item, Deed::kKeep, {}, {}, {}, {}};
}

// The checkpoint speaks for the whole bundle; of the rest each thing stands for itself.
Result<Parcel> plan_or_set_aside(Home& home, const Authorities& authorities, const keymgmt::Transfer& transfer,
                                 const TransferItem& item, const std::string& last_note, Intake& intake) {
  auto parcel = about(item, plan_item(home, authorities, transfer, item, last_note, intake));
  if (!parcel) {
    if (item.kind == TransferKind::kCheckpoint || !is_about_the_thing(parcel.error().code)) return parcel;
    return set_aside(item, parcel.error().detail);
  }
  const bool gives_a_name = parcel->deed == Deed::kCertify || parcel->deed == Deed::kMakeKnown;
  const bool is_second = gives_a_name && std::ranges::any_of(intake.parcels, [&](const Parcel& before) {
                           return before.deed == parcel->deed && before.authority == parcel->authority;
                         });
  if (is_second)
    return set_aside(item, of_the_bundle(item, message("The bundle has another certificate for authority {}.",
                                                       parcel->authority)));
  return parcel;
}

// Whoever is signed for comes after whoever signs.
int rank_of(Deed deed) {
  switch (deed) {
    case Deed::kMakeKnown:
      return 0;
    case Deed::kCertify:
      return 1;
    case Deed::kPublishList:
      return 2;
    default:
      return 3;
  }
}

Result<std::string> publish_list(Home& home, const Parcel& parcel, const std::string& actor) {
  TRY(const auto rows, home.store().status().authorities());
  for (const auto& row : rows) {
    if (row.certificate.empty() || !row.key_name.empty()) continue;
    TRY(const auto certificate, Certificate::from_der(row.certificate));
    if (!is_by(*parcel.list, certificate)) continue;
    const auto imported =
        ca::import_crl(home.store(), row, certificate, *parcel.list, home.path(), home.clock(), {actor});
    if (!imported && imported.error().code == Code::kConflict)
      return message("is older than the list of {} that is published, and was left out", row.name);
    if (!imported) return tl::unexpected(imported.error());
    return message("list {} of {} is published, valid until {}", imported->number, row.name,
                   base::local_time(imported->next_update));
  }
  return fail(Code::kNotFound, "The authority of the list, {}, is not known here.", parcel.list->issuer().text());
}

Result<Outcome> keep(const Parcel& parcel, const std::string& folder) {
  const auto& item = *parcel.item;
  const auto file = folder + "/" + item.name;
  TRY(base::write_file(file, item.octets, base::Existing::kReplace, base::Permissions::kPublic));
  if (parcel.deed == Deed::kSetAside)
    return Outcome{&parcel, message("is set aside as {}, and nothing else was done with it", file), file};
  return Outcome{&parcel, message("is {}", file), file};
}

// What is done with a thing, in words.
Result<std::string> do_deed(Home& home, const Parcel& parcel, const std::string& actor) {
  switch (parcel.deed) {
    case Deed::kCertify:
      TRY(import_certificate(home, parcel.authority, *parcel.certificate, actor));
      return message("authority {} has its certificate now", parcel.authority);
    case Deed::kMakeKnown:
      TRY(import_root(home, parcel.authority, *parcel.certificate, actor));
      return message("root {} is known now", parcel.authority);
    case Deed::kPublishList:
      return publish_list(home, parcel, actor);
    case Deed::kRemember:
      return message("it continues what this home knows of the sender's ledger");
    default:
      return message("is here already");
  }
}

}  // namespace

std::string_view deed_name(Deed deed) {
  switch (deed) {
    case Deed::kCertify:
      return "certified";
    case Deed::kMakeKnown:
      return "made_known";
    case Deed::kPublishList:
      return "published";
    case Deed::kRemember:
      return "remembered";
    case Deed::kKnown:
      return "known";
    case Deed::kSetAside:
      return "set_aside";
    case Deed::kKeep:
      break;
  }
  return "kept";
}

Result<Intake> plan_intake(Home& home, const keymgmt::Transfer& transfer, const std::string& last_note) {
  Intake intake;
  TRY(auto authorities, Authorities::of(home));
  for (const auto& item : transfer.items) {
    if (item.kind != TransferKind::kCertificate) continue;
    const auto certificate = Certificate::from_der(item.octets);
    if (certificate && certificate->is_ca()) authorities.expect(*certificate);
  }
  // Certificates first: a list may be by a root that comes with it.
  for (const bool certificates : {true, false}) {
    for (const auto& item : transfer.items) {
      if ((item.kind == TransferKind::kCertificate) != certificates) continue;
      TRY(auto parcel, plan_or_set_aside(home, authorities, transfer, item, last_note, intake));
      intake.parcels.push_back(std::move(parcel));
    }
  }
  std::ranges::stable_sort(intake.parcels, {}, [](const Parcel& parcel) { return rank_of(parcel.deed); });
  return intake;
}

Result<Outcome> carry_out(Home& home, Parcel& parcel, const std::string& folder, const std::string& actor) {
  if (parcel.deed != Deed::kKeep && parcel.deed != Deed::kSetAside) {
    auto text = about(*parcel.item, do_deed(home, parcel, actor));
    if (text) return Outcome{&parcel, std::move(*text), {}};
    if (!is_about_the_thing(text.error().code)) return tl::unexpected(std::move(text).error());
    parcel.deed = Deed::kSetAside;
    parcel.why = text.error().detail;
  }
  return keep(parcel, folder);
}

}  // namespace yuxin::cli
