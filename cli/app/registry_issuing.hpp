// What an authority gives a registration authority on another host: certificates for its keys, and what it must know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "home.hpp"
#include "yuxin/base/json.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

// RegistryRequest is one of the requests of exchange/registry.csr: for the purpose that its common name says.
struct RegistryRequest {
  std::string purpose;  // of registry_keys
  x509::CertificateRequest request;
};
// read_registry_requests takes the whole file: kMalformed where one is lacking, kBadSignature where possession of a
// key is not proven.
[[nodiscard]] base::Result<std::vector<RegistryRequest>> read_registry_requests(base::ByteView file);

// certify_registry issues all of them for a registration authority of this name, and gives the document that it joins
// with ("registry join").
[[nodiscard]] base::Result<base::JsonObject> certify_registry(Home& home, const std::string& name,
                                                              const std::vector<RegistryRequest>& requests,
                                                              const std::string& actor);

}  // namespace yuxin::cli
