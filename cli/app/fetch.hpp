// Octets from where a person points: a file, standard input, or an address.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/x509/certificate.hpp"

namespace yuxin::cli {

// fetch reads a file, standard input for "-", or what an http or https URL answers with 200. Errors: those of
// base::read_file and http::get; kNotFound and kUnavailable for other answers.
[[nodiscard]] base::Result<base::Bytes> fetch(const std::string& place, std::size_t limit = 64U << 20U);

// fetch_certificate reads the one certificate of such a place; several are refused. Errors name the place.
[[nodiscard]] base::Result<x509::Certificate> fetch_certificate(const std::string& place);
// fetch_chain reads a certificate and whatever stands after it, as servers keep their chains.
[[nodiscard]] base::Result<std::vector<x509::Certificate>> fetch_chain(const std::string& place);

}  // namespace yuxin::cli
