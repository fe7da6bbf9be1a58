// POSIX ustar archives (IEEE Std 1003.1, pax, "ustar Interchange Format") in the one form that this program writes:
// plain files only, mode 0644, no owners, no times.
#pragma once

#include <map>
#include <string>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::evidence {

// Files by their names, which are relative, at most 100 octets, of letters, digits, '.', '-', '_' and '/'.
using FileMap = std::map<std::string, base::Bytes, std::less<>>;

// write_tar lays the files down sorted by name, so that the same files give the same octets. kUsage for a name that
// does not do.
[[nodiscard]] base::Result<base::Bytes> write_tar(const FileMap& files);
// read_tar takes back exactly what write_tar writes: every header is made again from name and size and must be the
// same octets, names must ascend. kMalformed for anything else, and for more than 100 000 files.
[[nodiscard]] base::Result<FileMap> read_tar(base::ByteView archive);

}  // namespace yuxin::evidence
