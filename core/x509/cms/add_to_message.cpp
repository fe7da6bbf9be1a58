#include <algorithm>

#include "cms/attributes.hpp"
#include "cms/signed_data.hpp"

namespace yuxin::x509 {

namespace {

using base::Bytes;
using base::ByteView;
using base::Code;
using base::fail;
using base::Result;

void add_once(std::vector<ByteView>& to, ByteView octets) {
  if (std::ranges::none_of(to, [&](ByteView one) { return base::equal(one, octets); })) to.push_back(octets);
}

Result<> require_sequence(ByteView der, std::string_view what) {
  if (der::single(der, der::kSequence)) return {};
  return fail(Code::kMalformed, "What is to be added as {} is not one DER SEQUENCE.", what);
}

// OtherRevocationInfoFormat under its tag [1] (RFC 5940 section 2.1).
Bytes as_other_revocation(ByteView ocsp_response) {
  der::Writer writer;
  const auto other = writer.open(cms::kOtherRevocation);
  writer.oid(oid::kRiOcspResponse);
  writer.raw(ocsp_response);
  writer.close(other);
  return writer.take();
}

Bytes as_attribute_certificate(ByteView der) {
  Bytes choice = base::to_bytes(der);
  choice.front() = cms::kAttributeCertificateV2;
  return choice;
}

// Merging is one unsigned attribute: the values that it gains, and behind them those that it has.
struct Merging {
  Oid type;
  std::vector<ByteView> values;
  std::size_t gained = 0;
};

Result<std::vector<Merging>> gained(const std::vector<CmsAttribute>& more) {
  std::vector<Merging> merging;
  for (const CmsAttribute& attribute : more) {
    auto found =
        std::ranges::find_if(merging, [&](const auto& one) { return base::equal(one.type, attribute.type); });
    if (found == merging.end()) found = merging.insert(found, Merging{attribute.type, {}, 0});
    for (const Bytes& value : attribute.values) {
      der::Reader reader(value);
      if (!reader.element() || !reader.at_end()) {
        return fail(Code::kMalformed, "A value of the attribute {} is not one DER element.",
                    oid_name(attribute.type));
      }
      add_once(found->values, value);
    }
    found->gained = found->values.size();
  }
  return merging;
}

Result<Bytes> merged_attributes(ByteView existing, const std::vector<CmsAttribute>& more) {
  TRY(auto merging, gained(more));
  std::vector<ByteView> whole;  // attributes that stay as they came
  der::Reader reader(existing);
  const auto set = reader.element();
  for (const auto& attribute : set ? *cms::read_attributes(set->content) : std::vector<cms::AttributeView>{}) {
    const auto found =
        std::ranges::find_if(merging, [&](const auto& one) { return base::equal(one.type, attribute.type); });
    if (found == merging.end()) {
      whole.push_back(attribute.whole);
      continue;
    }
    // Compared with what is gained alone: a message may bring very many values of its own.
    for (const ByteView value : cms::read_values(attribute)) {
      const auto new_ones = std::span(found->values).first(found->gained);
      const bool known = std::ranges::any_of(new_ones, [&](ByteView one) { return base::equal(one, value); });
      if (!known) found->values.push_back(value);
    }
  }
  std::vector<Bytes> written;
  written.reserve(merging.size());
  for (const Merging& one : merging) written.push_back(cms::write_attribute(one.type, one.values));
  for (const Bytes& one : written) whole.emplace_back(one);
  return cms::write_set_of(der::constructed_tag(1), whole);
}

// with_unsigned gives the SignerInfo with further unsigned attributes; everything before them stays octet for octet.
Result<Bytes> with_unsigned(ByteView element, const CmsSignerInfo& signer, const std::vector<CmsAttribute>& more) {
  TRY(const Bytes attributes, merged_attributes(signer.unsigned_attributes, more));
  der::Reader reader(element);
  const ByteView content = reader.element()->content;
  der::Writer writer;
  const auto info = writer.open(der::kSequence);
  writer.raw(content.first(content.size() - signer.unsigned_attributes.size()));
  writer.raw(attributes);
  writer.close(info);
  return writer.take();
}

}  // namespace

Result<Bytes> add_to_message(const SignedData& message, std::size_t signer, const CmsAdditions& additions) {
  const SignedData::Impl& impl = message.impl();
  if (signer >= impl.signers.size() && !additions.unsigned_attributes.empty()) {
    return fail(Code::kUsage, "The message has {} signatures: there is no number {}.", impl.signers.size(),
                signer + 1);
  }
  cms::SignedDataParts parts{impl.form,           impl.digest_algorithms,   impl.encapsulated,
                             impl.content_type,   impl.certificate_choices, impl.revocation_choices,
                             impl.signer_elements};
  std::vector<Bytes> choices;  // those that the sets hold in another form than they are given in
  choices.reserve(additions.attribute_certificates.size() + additions.ocsp_responses.size());
  for (const ByteView der : additions.certificates) {
    TRY(require_sequence(der, "certificate"));
    add_once(parts.certificate_choices, der);
  }
  for (const ByteView der : additions.attribute_certificates) {
    TRY(require_sequence(der, "attribute certificate"));
    add_once(parts.certificate_choices, choices.emplace_back(as_attribute_certificate(der)));
  }
  for (const ByteView der : additions.crls) {
    TRY(require_sequence(der, "revocation list"));
    add_once(parts.revocation_choices, der);
  }
  for (const ByteView der : additions.ocsp_responses) {
    TRY(require_sequence(der, "OCSP response"));
    add_once(parts.revocation_choices, choices.emplace_back(as_other_revocation(der)));
  }
  Bytes rewritten;
  if (!additions.unsigned_attributes.empty()) {
    TRY(rewritten, with_unsigned(impl.signer_elements[signer], impl.signers[signer], additions.unsigned_attributes));
    parts.signer_infos[signer] = rewritten;
  }
  return cms::write_signed_data(parts);
}

}  // namespace yuxin::x509
