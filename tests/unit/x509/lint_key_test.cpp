// The lints of the subject's key (RFC 3279, 5480, 8410; FIPS 186-5) and of what it may be used for.
#include <array>

#include "lint_case.hpp"

namespace {

using namespace yuxin::test;
namespace base = yuxin::base;
namespace x509 = yuxin::x509;

void use(TbsMould& mould, Bytes spki, std::uint32_t bits) {
  mould.spki = std::move(spki);
  mould.at(oid::kKeyUsage).value = usage_bits(bits);
}
constexpr std::uint32_t kSign = x509::kDigitalSignature;

constexpr std::array kCases{
    // The last octet of the point changed: it is on no curve any more.
    LintCase{"key_well_formed", server_mould, as_it_is, [](TbsMould& m) { m.spki.back() ^= 1U; }},
    LintCase{"key_well_formed", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = unhex("300d300806032a0304050005000301"); }},
    LintCase{"key_algorithm_parameters", server_mould, [](TbsMould& m) { m.spki = unhex(keys::kEd25519); },
             [](TbsMould& m) {
               m.spki = unhex(
                   "302c300706032b65700500032100a06590907d644e5455e510eae0bd27fe8a0b7e4b47b76c6c04e3120cc0796106");
             }},
    LintCase{"key_algorithm_parameters", server_mould, [](TbsMould& m) { m.spki = rsa_spki(keys::kGood); },
             [](TbsMould& m) {
               // RSA without parameters
               const Bytes whole = rsa_spki(keys::kGood);
               der::Reader info(der::single(whole, der::kSequence)->content);
               (void)info.element();
               m.spki = sequence({unhex("300b06092a864886f70d010101"), info.rest()});
             }},
    LintCase{"rsa_modulus_length", server_mould, [](TbsMould& m) { m.spki = rsa_spki(keys::kGood); },
             [](TbsMould& m) { m.spki = rsa_spki(keys::kShort); }},
    LintCase{"rsa_modulus_whole_octets", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kBits2052); }},
    LintCase{"rsa_exponent_range", server_mould, [](TbsMould& m) { m.spki = rsa_spki(keys::kGood, "010003"); },
             [](TbsMould& m) { m.spki = rsa_spki(keys::kGood, "03"); }},
    LintCase{"rsa_exponent_range", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kGood, "ffff"); }},
    LintCase{"rsa_modulus_is_composite", server_mould, [](TbsMould& m) { m.spki = rsa_spki(keys::kGood); },
             [](TbsMould& m) { m.spki = rsa_spki(keys::kPrime); }},
    LintCase{"rsa_modulus_is_composite", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kCubeOfAPrime); }},
    LintCase{"rsa_modulus_without_small_factors", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kDivisibleBy751); }},
    LintCase{"rsa_modulus_not_fermat_close", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kNeighbours); }},
    LintCase{"rsa_modulus_not_fermat_close", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kCloseAfterNineRounds); }},
    LintCase{"rsa_modulus_not_fermat_close", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kCloseAfterThousandsOfRounds); }},
    LintCase{"rsa_modulus_not_fermat_close", server_mould, as_it_is,
             [](TbsMould& m) { m.spki = rsa_spki(keys::kCloseAfterAMillionRounds); }},
    LintCase{"rsa_modulus_not_roca", server_mould, as_it_is, [](TbsMould& m) { m.spki = rsa_spki(keys::kRoca); }},
    LintCase{"key_usage_fits_key", server_mould,
             [](TbsMould& m) { use(m, unhex(keys::kP256), kSign | x509::kKeyAgreement); },
             [](TbsMould& m) { use(m, unhex(keys::kP256), kSign | x509::kKeyEncipherment); }},
    LintCase{"key_usage_fits_key", server_mould,
             [](TbsMould& m) { use(m, rsa_spki(keys::kGood), kSign | x509::kKeyEncipherment); },
             [](TbsMould& m) { use(m, rsa_spki(keys::kGood), kSign | x509::kKeyAgreement); }},
    LintCase{"key_usage_fits_key", server_mould,
             [](TbsMould& m) { use(m, unhex(keys::kEd25519), kSign | x509::kNonRepudiation); },
             [](TbsMould& m) { use(m, unhex(keys::kEd25519), kSign | x509::kKeyAgreement); }},
    // SM2 signs, encrypts and agrees (GB/T 32918 parts 2 to 4); only the signing of certificates needs an authority.
    LintCase{"key_usage_cert_sign_needs_ca", server_mould,
             [](TbsMould& m) {
               use(m, unhex(keys::kSm2),
                   kSign | x509::kKeyEncipherment | x509::kDataEncipherment | x509::kKeyAgreement);
             },
             [](TbsMould& m) { use(m, unhex(keys::kSm2), kSign | x509::kKeyCertSign); }},
};

TEST_CASE("each lint of the key finds its own fault and nothing else") { try_cases(kCases); }

}  // namespace
