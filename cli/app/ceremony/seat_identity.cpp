#include "seat_identity.hpp"

#include <algorithm>
#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/ceremony_keys.hpp"
#include "yuxin/keymgmt/ceremony_record.hpp"

namespace yuxin::cli {

using base::Existing;
using base::message;
using base::Permissions;
using base::Result;

namespace {

std::string certificate_file(const CeremonySession& session, const std::string& seat) {
  return session.path("seats/" + seat + ".pem");
}
std::string key_file(const CeremonySession& session, const std::string& seat) {
  return session.path("seats/" + seat + ".key");
}

Result<keymgmt::Identity> open_own(CeremonySession& session, const std::string& name, const std::string& person) {
  if (!keymgmt::is_token_name(name)) {
    return keymgmt::load_identity(name,
                                  [&] { return session.context().ask_secret(message("Passphrase of {}", person)); });
  }
  keymgmt::TokenOptions options;
  options.ask_pin = [&](const std::string& token) {
    return session.context().ask_secret(message("PIN of the token {}", token));
  };
  return keymgmt::identity_from_token(name, options, std::nullopt);
}

Result<x509::Certificate> give_key(CeremonySession& session, const std::string& seat, const std::string& person) {
  session.context().remark(message(
      "{}: you are given a key that signs this record and nothing else. Choose a passphrase; you need it when "
      "the ceremony closes.",
      person));
  TRY(const auto passphrase, session.new_passphrase(message("Passphrase of {}", person)));
  const auto& id = session.ceremony().id();
  TRY(const auto made, keymgmt::make_seat_key(person, id, session.context().clock().now(), passphrase));
  TRY(auto certificate, x509::Certificate::from_der(made.certificate));
  const auto key = base::pem("ENCRYPTED PRIVATE KEY", made.sealed_key);
  TRY(base::write_file(key_file(session, seat), base::as_bytes(key), Existing::kReplace, Permissions::kPrivate));
  TRY(base::write_file(certificate_file(session, seat), base::as_bytes(certificate.pem()), Existing::kReplace,
                       Permissions::kPublic));
  return certificate;
}

// An empty answer: a key of the ceremony.
Result<std::string> ask_own(CeremonySession& session, const keymgmt::CeremonySeat& seat, const std::string& person) {
  if (session.practice() || session.automatic()) return std::string();
  const auto question =
      seat.certificate
          ? message("{}: where is your certificate with its key? (a file, or pkcs11:…)", person)
          : message("{}: where is your certificate with its key? (a file, or pkcs11:…; Enter: you are given a key)",
                    person);
  return session.ask(question, "");
}

}  // namespace

Result<TakenSeat> enrol_seat(CeremonySession& session, const keymgmt::CeremonySeat& seat, const std::string& person) {
  while (true) {
    TRY(const auto own, ask_own(session, seat, person));
    if (own.empty() && (!seat.certificate || session.practice())) {
      TRY(auto given, give_key(session, seat.id, person));
      return TakenSeat{std::move(given), {}};
    }
    const auto identity = open_own(session, own, person);
    if (!identity) {
      session.context().remark(identity.error().detail);
      continue;
    }
    const auto digest = identity->certificate.sha256_fingerprint();
    if (seat.certificate && !base::equal(digest, *seat.certificate)) {
      session.context().remark(message("The plan names another certificate for this seat: {}, and this one is {}.",
                                       base::hex(*seat.certificate), base::hex(digest)));
      continue;
    }
    auto opening = keymgmt::sign_opening(session.ceremony(), keymgmt::opened_digest(session.transcript().text()),
                                         seat.id, person, *identity, session.context().clock().now());
    if (!opening) {
      session.context().remark(opening.error().detail);
      continue;
    }
    // a key of an earlier attempt to take this seat is nobody's now
    std::error_code ignored;
    std::filesystem::remove(key_file(session, seat.id), ignored);
    return TakenSeat{identity->certificate, std::move(*opening)};
  }
}

Result<keymgmt::Identity> identity_of(CeremonySession& session, const keymgmt::EnrolledSeat& seat) {
  if (base::file_exists(key_file(session, seat.seat))) {
    const auto files = certificate_file(session, seat.seat) + "," + key_file(session, seat.seat);
    return keymgmt::load_identity(files, [&]() -> Result<base::Secret> {
      const auto question = message("Passphrase of {}", seat.person);
      return session.automatic() ? session.context().passphrase(question) : session.context().ask_secret(question);
    });
  }
  TRY(const auto own,
      session.ask(message("{}: where is your certificate with its key? (a file, or pkcs11:…)", seat.person), ""));
  return open_own(session, own, seat.person);
}

void forget_seat_keys(CeremonySession& session) {
  for (const auto& seat : session.plan().seats) {
    const auto file = key_file(session, seat.id);
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) continue;
    // best effort: what a disk keeps behind its own back is under the person's passphrase still
    const base::Bytes zeros(size);
    static_cast<void>(base::write_file(file, zeros, Existing::kReplace, Permissions::kPrivate));
    std::filesystem::remove(file, error);
  }
}

}  // namespace yuxin::cli
