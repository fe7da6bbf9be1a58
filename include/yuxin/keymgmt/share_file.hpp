// A share sealed for its custodian: one JSON document a share.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/keymgmt/share_plan.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::keymgmt {

// ShareFile says in the open whose share it is and of which set, and holds the text of the share (share_text.hpp)
// sealed: under a passphrase as keys/unlock.json is (scrypt, AES-256-GCM), or as CMS EnvelopedData for a certificate,
// which `openssl cms -decrypt` opens too.
struct ShareFile {
  base::Bytes set;
  x509::Digest256 fingerprint{};  // of the register
  std::string group;
  std::string custodian;
  ShareSeal seal = ShareSeal::kPassphrase;  // never kPaper
  std::string sealed;                       // kPassphrase: a text of the form yuxin-seal-1
  x509::Digest256 certificate{};            // kCertificate: SHA-256 of it
  base::Bytes message;                      // kCertificate: DER
};

// ShareLabel is the open part of a file.
struct ShareLabel {
  base::Bytes set;
  x509::Digest256 fingerprint{};
  std::string group;
  std::string custodian;
};

// seal_share makes the file. Errors: kUsage for an empty passphrase, those of x509::seal_message.
[[nodiscard]] base::Result<ShareFile> seal_share(const ShareLabel& label, const base::Secret& text,
                                                 const base::Secret& passphrase);
[[nodiscard]] base::Result<ShareFile> seal_share(const ShareLabel& label, const base::Secret& text,
                                                 const x509::Certificate& certificate);

// open_share gives the text. kNotAuthorised for a wrong passphrase; kNotFound when the file is for another
// certificate; kUsage for the other kind of seal; kBadSignature for a message that does not open; kIntegrity for a
// damaged seal.
[[nodiscard]] base::Result<base::Secret> open_share(const ShareFile& file, const base::Secret& passphrase);
[[nodiscard]] base::Result<base::Secret> open_share(const ShareFile& file, const Opener& opener);

// print_share_file writes the one form of such a file; parse_share_file takes exactly that. kMalformed.
[[nodiscard]] std::string print_share_file(const ShareFile& file);
[[nodiscard]] base::Result<ShareFile> parse_share_file(std::string_view text);

}  // namespace yuxin::keymgmt
