#include "output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "yuxin/base/file.hpp"
#include "yuxin/evidence/witness.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/request.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// is_stream is true for what is written to and not made: standard output, a pipe, a device.
bool is_stream(const std::string& path) {
  struct stat status{};
  return path == "-" || (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

bool is_kind(base::ByteView content, OutputKind kind) {
  switch (kind) {
    case OutputKind::kRequest:
      return x509::CertificateRequest::from_bytes(content).has_value();
    case OutputKind::kRevocationList:
      return x509::Crl::from_bytes(content).has_value();
    case OutputKind::kOcspResponse:
      return x509::OcspResponse::from_der(content).has_value();
    case OutputKind::kTimeStamp:  // a request for one, a token, or an answer
      return x509::parse_time_stamp_request(content).has_value() ||
             x509::TimeStampToken::from_der(content).has_value() ||
             x509::parse_time_stamp_response(content).has_value();
    case OutputKind::kWitnessRequest: {
      const auto request = evidence::parse_witness_request(base::as_text(content));
      return request && request->old_size.has_value();  // any text reads as a bare checkpoint
    }
    case OutputKind::kCheckpoint:
      break;
  }
  return base::as_text(content).starts_with("yuxin.ledger/");
}

}  // namespace

Result<> check_output(const std::string& path, OutputKind kind) {
  if (is_stream(path) || !base::file_exists(path)) return {};
  const auto content = base::read_file(path, std::size_t{1} << 30U);
  if (content && (content->empty() || is_kind(*content, kind))) return {};
  return fail(
      Code::kConflict,
      "{} exists already, is something else and was left as it is. Choose another name, or move it away first.",
      path);
}

Result<> write_output(const std::string& path, base::ByteView data, OutputKind kind) {
  TRY(check_output(path, kind));
  return base::write_file(path, data, base::Existing::kReplace, base::Permissions::kPublic);
}

Result<> check_new_output(const std::string& path) {
  if (is_stream(path)) return {};
  if (base::file_exists(path))
    return fail(Code::kConflict, "The file {} exists already. Nothing was issued. Take another name.", path);
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!base::file_exists(folder.string()))
    return fail(Code::kNotFound, "There is no folder {}. Nothing was issued. Make it first.", folder.string());
  if (::access(folder.c_str(), W_OK) != 0)
    return fail(Code::kNotAuthorised, "The folder {} cannot be written. Nothing was issued.", folder.string());
  return {};
}

}  // namespace yuxin::cli
