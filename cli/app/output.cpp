#include "output.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/base/writable.hpp"
#include "yuxin/evidence/witness.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/crl.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/request.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::Result;

namespace {

// is_own is true for a name of what this process was given open: whoever gave it reads from the other end.
bool is_own(const std::string& path, const struct stat& status) {
  if (path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/")) return true;
  for (const int given : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat own{};
    if (::fstat(given, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino) return true;
  }
  return false;
}

bool is_sink(const struct stat& status) {
  struct stat null{};
  struct stat terminal{};
  if (!S_ISCHR(status.st_mode)) return false;
  return (::stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev) ||
         (::stat("/dev/tty", &terminal) == 0 && terminal.st_rdev == status.st_rdev);
}

// PlaceKind is what a name to write to leads to. kStream is written to and not made; kOther is nothing to write to.
enum class PlaceKind { kFile, kStream, kOther };
PlaceKind kind_of(const std::string& path) {
  if (path == "-") return PlaceKind::kStream;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))
    return PlaceKind::kFile;  // a folder is refused as a file that is there
  return is_own(path, status) || is_sink(status) ? PlaceKind::kStream : PlaceKind::kOther;
}

bool is_stream(const std::string& path) { return kind_of(path) == PlaceKind::kStream; }

Result<> check_kind(const std::string& path) {
  if (kind_of(path) != PlaceKind::kOther) return {};
  return fail(Code::kConflict,
              "{} is a pipe, a socket or a device. Nothing was done. Name a file, or - for standard output.", path);
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
    case OutputKind::kCertificate: {  // with its issuers behind it, and no key among them
      if (x509::Certificate::from_der(content)) return true;
      const auto blocks = base::parse_pem(base::as_text(content));
      return !blocks.empty() && std::ranges::all_of(blocks, [](const base::PemBlock& block) {
        return block.label == "CERTIFICATE" && x509::Certificate::from_der(block.der).has_value();
      });
    }
    case OutputKind::kCheckpoint:
      break;
  }
  return base::as_text(content).starts_with("yuxin.ledger/");
}

bool is_output(std::string_view option) {
  return option == "--out" || option == "--response" || (option.starts_with("--") && option.ends_with("-out"));
}

// Place is a name in a call and what people call the part of the call that it stands in.
struct Place {
  std::string part;
  std::string path;
};

// A value may name a file as it is, as one of several with commas between (--as), or after "=" (--and ROLE=FILE).
void add_names(std::vector<Place>& places, const std::string& part, const std::string& value) {
  places.push_back({part, value});
  for (const char mark : {',', '='}) {
    if (value.find(mark) == std::string::npos) continue;
    for (const auto piece : base::split(value, mark)) places.push_back({part, std::string(piece)});
  }
}

std::vector<Place> inputs_of(const CommandSpec& command, const Arguments& arguments, const GlobalOptions& options) {
  std::vector<Place> inputs;
  for (const auto& option : command.options) {
    if (option.arity == Arity::kFlag || is_output(option.name)) continue;
    for (const auto& value : arguments.many(option.name)) add_names(inputs, option.name, value);
  }
  if (options.identity) add_names(inputs, "--as", *options.identity);
  if (options.identity_passphrase_file) inputs.push_back({"--as-passphrase-file", *options.identity_passphrase_file});
  if (options.server_trust) inputs.push_back({"--trust", *options.server_trust});
  if (options.passphrase_file) inputs.push_back({"--passphrase-file", *options.passphrase_file});
  return inputs;
}

// is_same_file: streams are never lost by being written to.
bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first{};
  struct stat second{};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && S_ISREG(first.st_mode) &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

}  // namespace

Result<> check_outputs_apart(const CommandSpec& command, const Arguments& arguments, const GlobalOptions& options) {
  const auto inputs = inputs_of(command, arguments, options);
  std::vector<Place> outputs;
  for (const auto& option : command.options) {
    if (option.arity == Arity::kFlag || !is_output(option.name)) continue;
    for (const auto& path : arguments.many(option.name)) {
      TRY(check_kind(path));
      for (const auto& input : inputs) {
        if (!is_same_file(path, input.path)) continue;
        return fail(Code::kUsage,
                    "{} would overwrite {}, which {} names. Nothing was done. Choose another name for {}.",
                    option.name, path, input.part, option.name);
      }
      for (const auto& other : outputs) {
        if (path == "-" || (path != other.path && !is_same_file(path, other.path))) continue;
        return fail(Code::kUsage, "{} and {} both name {}. Nothing was done. Give each a name of its own.",
                    other.part, option.name, path);
      }
      outputs.push_back({option.name, path});
    }
  }
  return {};
}

Result<> check_unused_output(const std::string& path) {
  if (is_stream(path)) return {};
  if (!base::file_exists(path)) return base::check_writable(path);
  return fail(Code::kConflict,
              "{} exists already and was left as it is. Choose another name, or replace it with --force.", path);
}

Result<> check_output(const std::string& path, OutputKind kind) {
  TRY(check_kind(path));  // before it is read
  if (is_stream(path)) return {};
  if (!base::file_exists(path)) return base::check_writable(path);
  const auto content = base::read_file(path, std::size_t{1} << 30U);
  if (content && (content->empty() || is_kind(*content, kind))) return base::check_writable(path);
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
    return fail(Code::kConflict, "{} exists already. Nothing was changed. Name a file that does not exist.", path);
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!base::file_exists(folder.string()))
    return fail(Code::kNotFound, "There is no folder {}. Nothing was changed. Make it first.", folder.string());
  if (::access(folder.c_str(), W_OK) != 0)
    return fail(Code::kNotAuthorised, "The folder {} cannot be written. Nothing was changed.", folder.string());
  return base::check_writable(path);
}

base::Failure done_but_unwritten(const base::Error& why, std::string_view what) {
  // whatever the file's trouble, its code would say that nothing was done, and its remedy is to try again
  return base::Failure(base::Error{Code::kUnavailable, std::string(what), why.detail + " " + why.diagnostic});
}

}  // namespace yuxin::cli
