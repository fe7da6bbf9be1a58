// What whoever answers an invitation keeps until the certificate is there: nothing is lost, wherever it is cut off.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "remote_call.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

// Joining is a key that was made, its request, and the signature of the code over it. The code itself is not kept: it
// has said all that it can say. It lies in a file of its own, readable by its owner alone, as PEM: ENCRYPTED PRIVATE
// KEY (none where the key is on a token), CERTIFICATE REQUEST, and YUXIN INVITATION with locator and proof as JSON.
struct Joining {
  base::Bytes sealed_key;  // encrypted PKCS #8, DER; empty for a key on a token
  x509::CertificateRequest request;
  std::string locator;
  base::Bytes proof;
};
[[nodiscard]] std::string print_joining(const Joining& joining);
[[nodiscard]] base::Result<Joining> read_joining(std::string_view text);  // kMalformed
// joining_path is where it lies while FILE is not there: "FILE.joining".
[[nodiscard]] std::string joining_path(const std::string& out);

// begin_joining makes the request and has the code sign it. The request names nobody: the subject is the
// invitation's.
[[nodiscard]] base::Result<Joining> begin_joining(const base::Secret& code, const x509::Signer& signer,
                                                  base::Bytes sealed_key);
// keep_joining writes it, and is durable when it returns; kConflict when there is one. find_joining reads it: nothing
// where there is none; kMalformed when it is damaged.
[[nodiscard]] base::Result<> keep_joining(const std::string& out, const Joining& joining);
[[nodiscard]] base::Result<std::optional<Joining>> find_joining(const std::string& out);
// end_joining removes it. What was sealed in it is sealed in FILE, or was never used.
[[nodiscard]] base::Result<> end_joining(const std::string& out);

// Welcome is how the invitation stands by the word of the server.
struct Welcome {
  std::string case_id;
  std::string name;
  std::string subject;
  std::string roles;
  std::optional<base::UnixTime> until;
  std::optional<x509::Certificate> certificate;
  std::vector<x509::Certificate> chain;
};
// answer brings the request, or asks after it. Errors: those of the server (ra/invitation.hpp) and the connection;
// kIntegrity for a certificate that is for another key.
[[nodiscard]] base::Result<Welcome> answer(const RemoteCall& call, const Joining& joining);

}  // namespace yuxin::cli
