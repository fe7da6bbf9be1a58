#include "signed_object.hpp"

#include <algorithm>

#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

std::optional<SignedObject> parse_signed_object(base::ByteView der) {
  const auto whole = der::single(der, der::kSequence);
  if (!whole) return std::nullopt;
  der::Reader fields(whole->content);
  const auto tbs = fields.element(der::kSequence);
  const auto algorithm = tbs ? fields.element(der::kSequence) : std::nullopt;
  const auto bits = algorithm ? fields.content(der::kBitString) : std::nullopt;
  if (!bits || bits->empty() || bits->front() > 7 || !fields.at_end()) return std::nullopt;
  const bool whole_octets = bits->front() == 0;
  return SignedObject{tbs->whole, algorithm->whole, whole_octets ? bits->subspan(1) : base::ByteView{}};
}

bool looks_like_pem(base::ByteView octets) {
  return (octets.empty() || octets[0] != der::kSequence) &&
         base::as_text(octets).find("-----BEGIN ") != std::string_view::npos;
}

base::Bytes unframed(base::ByteView octets) {
  // a SEQUENCE in base64 begins with M, which is the first octet of nothing that is looked for here
  if (!octets.empty() && octets[0] == 'M') {
    if (auto der = base::from_base64(base::as_text(octets))) return std::move(*der);
  }
  return base::to_bytes(octets);
}

OnlyObject only_object(base::ByteView pem_or_der, std::initializer_list<std::string_view> labels) {
  if (!looks_like_pem(pem_or_der)) return {unframed(pem_or_der), 1};
  OnlyObject only;
  for (auto& block : base::parse_pem(base::as_text(pem_or_der))) {
    if (std::ranges::find(labels, block.label) == labels.end()) continue;
    if (++only.count == 1) only.der = std::move(block.der);
  }
  if (only.count != 1) only.der.clear();
  return only;
}

base::Bytes join_signature(base::ByteView tbs, base::ByteView signature_algorithm, base::ByteView signature) {
  der::Writer writer;
  const auto sequence = writer.open(der::kSequence);
  writer.raw(tbs);
  writer.raw(signature_algorithm);
  writer.bit_string(signature);
  writer.close(sequence);
  return writer.take();
}

}  // namespace yuxin::x509
