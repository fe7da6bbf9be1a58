// Persons and messages as files, for other people's tools.
#pragma once

#include <fstream>
#include <string>

#include "command.hpp"
#include "messages.hpp"

namespace yuxin::test {

// write_person writes NAME.pem, NAME.crt.der, NAME.key (PKCS#8 in PEM) and NAME.key.der.
inline void write_person(const TemporaryFolder& folder, const std::string& name, const Person& person) {
  std::ofstream(folder.file(name + ".pem")) << person.certificate.pem();
  const auto pkcs8 = need(person.key.to_pkcs8());
  std::ofstream(folder.file(name + ".key")) << base::pem("PRIVATE KEY", pkcs8.view());
  write_octets(folder.file(name + ".key.der"), base::to_bytes(pkcs8.view()));
  write_octets(folder.file(name + ".crt.der"), base::to_bytes(person.certificate.der()));
}

// Crowd is an authority with one person of each kind of key, and their files in a folder: "ca.pem" and "p0" onwards.
class Crowd {
 public:
  explicit Crowd(const std::vector<x509::KeyKind>& kinds, std::uint32_t usage) {
    std::ofstream(folder.file("ca.pem")) << authority.certificate().pem();
    write_octets(folder.file("ca.der"), base::to_bytes(authority.certificate().der()));
    for (const auto& kind : kinds) {
      persons.push_back(make_person(authority, "C=CN, CN=" + x509::print_key_kind(kind), kind, usage));
      write_person(folder, name(persons.size() - 1), persons.back());
    }
  }
  [[nodiscard]] static std::string name(std::size_t i) { return "p" + std::to_string(i); }

  TemporaryFolder folder;
  SmallAuthority authority{"C=CN, CN=Authority", {x509::KeyType::kP256, 256}};
  std::vector<Person> persons;
};

}  // namespace yuxin::test
