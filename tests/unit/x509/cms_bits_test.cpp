// Every bit of a small message turned over, one at a time.
#include <doctest/doctest.h>

#include <set>

#include "message_mould.hpp"
#include "messages.hpp"
#include "yuxin/x509/der.hpp"

using namespace yuxin;
using namespace yuxin::x509;
using base::Bytes;
using base::ByteView;
using base::Code;
using test::need;

namespace {

const ByteView kContent = base::as_bytes("ten barrels");

bool holds(const ByteView outer, const ByteView inner, std::size_t at) {
  const auto begin = static_cast<std::size_t>(inner.data() - outer.data());
  return at >= begin && at < begin + inner.size();
}

struct Tally {
  std::set<std::string> refusals;
  std::size_t malformed = 0;
  std::size_t not_found = 0;
  std::size_t refused = 0;
  std::size_t harmless = 0;
};

// proves_the_same says whether a message that still verifies proves what the whole one did.
bool proves_the_same(const SignedData& message, const CmsSignature& signature, const test::Person& signer) {
  return base::equal(message.content().value_or(ByteView{}), kContent) &&
         base::equal(signature.certificate.der(), signer.certificate.der()) &&
         signature.signing_time == base::UnixTime{1795341600};
}

Tally turn_every_bit(const Bytes& octets, const test::Person& signer, const SignedData& whole) {
  const ByteView der = whole.der();
  const CmsSignerInfo& info = whole.signers()[0];
  Tally tally;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Bytes turned = octets;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ (1U << (bit % 8)));
    CAPTURE(bit / 8);
    const auto message = SignedData::from_bytes(turned);
    if (!message) {
      CHECK(message.error().code == Code::kMalformed);
      ++tally.malformed;
      continue;
    }
    if (message->signers().empty()) {
      ++tally.malformed;
      continue;
    }
    const auto signature = verify_signer(*message, 0);
    const std::size_t at = bit / 8;
    if (!signature) {
      const Code code = signature.error().code;
      const bool known =
          code == Code::kBadSignature || code == Code::kNotFound || code == Code::kMalformed || code == Code::kUsage;
      CHECK_MESSAGE(known, signature.error().detail);
      if (code == Code::kNotFound) ++tally.not_found;
      if (code == Code::kBadSignature) {
        ++tally.refused;
        tally.refusals.insert(signature.error().detail);
      }
      continue;
    }
    ++tally.harmless;
    CHECK_MESSAGE(proves_the_same(*message, *signature, signer), "octet ", at);
    // What the signature covers cannot have changed and still verify.
    const bool covered = holds(der, info.signed_attributes, at) || holds(der, info.signature, at) ||
                         holds(der, *whole.content(), at) || holds(der, info.issuer, at) ||
                         holds(der, info.serial, at);
    CHECK_MESSAGE(!covered, "octet ", at);
  }
  return tally;
}

bool any(const std::set<std::string>& texts, std::string_view what) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const auto& text) { return text.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("no bit of a signed message can be turned over and change what it proves") {
  const test::SmallAuthority authority{"CN=A", {KeyType::kP256, 256}};
  for (const KeyKind& kind :
       {KeyKind{KeyType::kP256, 256}, KeyKind{KeyType::kEd25519, 256}, KeyKind{KeyType::kSm2, 256}}) {
    for (const CmsForm form : {CmsForm::kRfc5652, CmsForm::kGm}) {
      if (form == CmsForm::kGm && kind.type != KeyType::kSm2) continue;
      CAPTURE(print_key_kind(kind));
      const auto signer = test::make_person(authority, "CN=B", kind);
      CmsSignOptions options;
      options.form = form;
      options.signing_time = base::UnixTime{1795341600};
      const Bytes octets = need(sign_message(kContent, {signer.as_signer()}, options));
      const auto tally = turn_every_bit(octets, signer, need(SignedData::from_bytes(octets)));
      INFO(tally.malformed, " malformed, ", tally.not_found, " without certificate, ", tally.refused, " refused, ",
           tally.harmless, " harmless");
      CHECK(tally.malformed + tally.not_found + tally.refused + tally.harmless <= octets.size() * 8);
      CHECK(tally.refused > 8 * 64);
      CHECK(any(tally.refusals, "digest is another"));
      CHECK(any(tally.refusals, "does not verify"));
      CHECK(any(tally.refusals, "not of the type"));
      CHECK(any(tally.refusals, "not the one that the signer named"));
      CHECK(any(tally.refusals, "not supported"));
      // Outside of what is signed there are versions, the set of digest algorithms, and the like.
      CHECK(tally.harmless < octets.size() * 8 / 20);
    }
  }
}
