// One message of CMP on its way to its answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contents.hpp"
#include "machine/applicant.hpp"
#include "machine/turn.hpp"
#include "protection.hpp"
#include "transaction_repository.hpp"
#include "yuxin/ra/cmp.hpp"

namespace yuxin::ra::cmp {

// Place is what the path of a request says.
struct Place {
  std::string profile;            // label, or empty
  std::vector<Body> begins = {};  // what the operation of the path begins with; empty: any
};

// answer_to is the body that answers ir, cr, kur or p10cr.
[[nodiscard]] Body answer_to(Body request);

// Conversation carries one message. It lives as long as the call.
class Conversation {
 public:
  Conversation(const CmpParts& parts, Turns& turns, const Message& message, const Place& place)
      : parts_(parts), turns_(turns), message_(message), place_(place) {}
  // run gives the answer as it is sent; what it did is durable then. Errors where none can be protected.
  [[nodiscard]] base::Result<base::Bytes> run();

 private:
  using State = Transaction::State;

  [[nodiscard]] Outcome<Answer> answer();
  [[nodiscard]] Outcome<> check_header() const;
  [[nodiscard]] Outcome<> check_place() const;

  // What begins a transaction.
  [[nodiscard]] Outcome<Answer> enrol();
  [[nodiscard]] Outcome<Answer> revoke() const;
  [[nodiscard]] Outcome<Answer> inform() const;
  // What goes on with one.
  [[nodiscard]] Outcome<Answer> poll();
  [[nodiscard]] Outcome<Answer> confirm();
  [[nodiscard]] Outcome<Answer> give_up();

  // find_applicant says who asks, and for which profile; `label` names it, or nothing.
  [[nodiscard]] Outcome<Applicant> find_applicant(const CertificateWanted& wanted, const std::string& label) const;
  [[nodiscard]] Outcome<Applicant> applicant_by_shown(const CertificateWanted& wanted,
                                                      const std::string& label) const;
  // check_update says which profile a kur upon a secret has: that of the certificate which it names.
  [[nodiscard]] Outcome<std::string> check_update(const MachineClient& client, const CertificateWanted& wanted,
                                                  const std::string& label) const;
  // wish brings a request to the desk, and notes it as the transaction.
  [[nodiscard]] Outcome<MachineAnswer> wish(const CertificateWanted& wanted, const std::string& label);
  [[nodiscard]] Outcome<Answer> grant(const CertificateWanted& wanted, const x509::Certificate& certificate);
  [[nodiscard]] Outcome<> revoke_named(const RevocationWanted& wanted) const;
  [[nodiscard]] Outcome<> recall();  // the open transaction of this message
  [[nodiscard]] Outcome<> withdraw(const x509::Certificate& certificate) const;
  [[nodiscard]] base::Result<> look_up();  // sets known_
  [[nodiscard]] base::Result<> keep(base::Bytes nonce) const;

  const CmpParts& parts_;
  Turns& turns_;
  const Message& message_;
  const Place& place_;
  std::optional<Speaker> speaker_;
  std::optional<Turns::Turn> turn_;   // from where the speaker is known until the answer is kept
  std::optional<Transaction> known_;  // the transaction as it was found
  Transaction transaction_;
  std::optional<x509::Certificate> confirmed_;  // by this message
  bool keeps_ = false;                          // whether the transaction is to be written
};

}  // namespace yuxin::ra::cmp
