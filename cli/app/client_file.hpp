// Writing clients.toml by commands, so that what people wrote into it stays as it is.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/base/result.hpp"
#include "yuxin/ra/machine.hpp"

namespace yuxin::cli {

// with_client gives the text of clients.toml with one more client at its end. kConflict when the name is taken,
// kMalformed when the file or the client does not hold.
[[nodiscard]] base::Result<std::string> with_client(std::string_view text, const std::string& file,
                                                    const ra::MachineClient& client);
// without_client gives the text without the table of a client. kNotFound with the nearest name; kConflict for a file
// that is written in another way than one [[client]] after the other, which people edit by hand.
[[nodiscard]] base::Result<std::string> without_client(std::string_view text, const std::string& file,
                                                       std::string_view name);

// print_client is the table of a client as clients.toml holds it.
[[nodiscard]] std::string print_client(const ra::MachineClient& client);

}  // namespace yuxin::cli
