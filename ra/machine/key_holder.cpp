#include "machine/key_holder.hpp"

#include "machine/request_repository.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/same_key.hpp"

namespace yuxin::ra {

using base::Result;

Result<std::optional<std::string>> other_holder_of_key(store::Reader& reader, base::ByteView spki,
                                                       std::string_view client) {
  TRY(auto uses, requests::not_asked_for(reader.session(), x509::key_tag(spki), client));
  for (auto& use : uses) {
    const auto certificate = x509::Certificate::from_der(use.certificate);
    if (certificate && x509::is_same_key(certificate->tbs().spki, spki)) return std::optional(std::move(use.subject));
  }
  return std::optional<std::string>();
}

}  // namespace yuxin::ra
