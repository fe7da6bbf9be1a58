// What a verification believes to begin with: anchors, further certificates and lists, from files or from a home.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/x509/path.hpp"

namespace yuxin::cli {

// read_certificates reads every certificate of a file or URL. Errors name the place.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> read_certificates(const std::string& place);

// read_material reads files and URLs of trusted certificates, of further ones, and of lists (several in a PEM file).
[[nodiscard]] base::Result<x509::PathMaterial> read_material(const std::vector<std::string>& trust,
                                                             const std::vector<std::string>& untrusted,
                                                             const std::vector<std::string>& lists);

// add_home adds what the home of the call believes: its roots as anchors, with its other authorities and lists as
// help. kUsage when there is no home either, because then nobody is trusted.
[[nodiscard]] base::Result<> add_home(const Context& context, x509::PathMaterial& material);

// read_moment reads a time that a person typed, or gives `now`; kUsage.
[[nodiscard]] base::Result<base::UnixTime> read_moment(const std::optional<std::string>& text, base::UnixTime now);

}  // namespace yuxin::cli
