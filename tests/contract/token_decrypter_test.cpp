// What keys on a token open: messages that openssl made, whatever the token itself can do, and what they say of
// messages that are not whole. And octets that are kept on a token.
#include <algorithm>

#include "message_files.hpp"
#include "need.hpp"
#include "soft_token.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/keymgmt/identity.hpp"
#include "yuxin/keymgmt/share_file.hpp"
#include "yuxin/x509/enveloped.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::test;
using base::Code;
using keymgmt::TokenKeyStore;
using x509::KeyType;

constexpr const char* kCard = "pkcs11:token=card";
const std::string kText = "a share, in words\n";
const std::vector<x509::KeyKind> kKinds{
    {KeyType::kRsa, 2048}, {KeyType::kP256, 256}, {KeyType::kP384, 384}, {KeyType::kP521, 521}};

// Card is a token with the keys and certificates of a crowd on it, as their own tools put them there.
class Card {
 public:
  explicit Card(const std::string& module)
      : crowd_(kKinds, x509::kKeyEncipherment | x509::kKeyAgreement), tokens_(module) {
    tokens_.add("card");
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
      const auto name = Crowd::name(i);
      for (const auto& words :
           {name + ".key.der --type privkey --usage-decrypt --usage-derive", name + ".crt.der --type cert"}) {
        const auto done = tokens_.pkcs11_tool(login() + "--label " + name + " --id 0" + std::to_string(i + 1) +
                                              " --write-object " + crowd_.folder.file(words));
        REQUIRE_MESSAGE(done.status == 0, done.output);
      }
    }
    std::ofstream(crowd_.folder.file("content")) << kText;
  }
  [[nodiscard]] static std::string login() { return "--token-label card --login --pin '" + std::string(kPin) + "' "; }
  [[nodiscard]] std::shared_ptr<TokenKeyStore> open(const keymgmt::TokenOptions& options) const {
    auto store = TokenKeyStore::open(kCard, options);
    REQUIRE_MESSAGE(store.has_value(), store.error().detail << " " << store.error().diagnostic);
    return *store;
  }
  [[nodiscard]] std::shared_ptr<TokenKeyStore> open() const { return open(tokens_.options()); }
  [[nodiscard]] const Crowd& crowd() const { return crowd_; }
  [[nodiscard]] const SoftTokens& tokens() const { return tokens_; }
  // message is what `openssl cms -encrypt` makes of the text for one of the crowd.
  [[nodiscard]] x509::EnvelopedData message(std::size_t person, const std::string& how) const {
    const auto made =
        crowd_.folder.run("openssl cms -encrypt -binary -in content -outform DER -out message -aes256 " +
                          std::string("-recip ") + Crowd::name(person) + ".pem " + how);
    REQUIRE_MESSAGE(made.status == 0, made.output);
    return need(x509::EnvelopedData::from_bytes(read_octets(crowd_.folder.file("message"))));
  }

 private:
  Crowd crowd_;
  SoftTokens tokens_;
};

std::vector<std::string> ways_for(const x509::KeyKind& kind) {
  if (kind.type == KeyType::kRsa) {
    return {"", "-keyopt rsa_padding_mode:oaep", "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256",
            "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha1"};
  }
  return {"", "-keyopt ecdh_kdf_md:sha256 -wrap id-aes256-wrap", "-keyopt ecdh_kdf_md:sha512 -wrap id-aes192-wrap"};
}

}  // namespace

TEST_CASE("a key on a token opens the messages that openssl made for its certificate") {
  const auto card = if_there<Card>();
  if (!card || !has_command("pkcs11-tool")) return;
  const auto token = card->open();
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    CAPTURE(x509::print_key_kind(kKinds[i]));
    const auto uri = std::string(kCard) + ";object=" + Crowd::name(i);
    const auto& certificate = card->crowd().persons[i].certificate;
    const auto opener = keymgmt::opener_from_token(*token, uri, {}, x509::sha256(certificate.der()));
    REQUIRE_MESSAGE(opener.has_value(), opener.error().detail << " " << opener.error().diagnostic);
    CHECK(base::equal(opener->certificate.der(), certificate.der()));
    for (const auto& how : ways_for(kKinds[i])) {
      CAPTURE(how);
      const auto message = card->message(i, how);
      const auto content = open_message(message, opener->certificate, *opener->key);
      REQUIRE_MESSAGE(content.has_value(), content.error().detail << " " << content.error().diagnostic);
      CHECK(content->text() == kText);
    }
    // for somebody else
    const auto other = card->message((i + 1) % kKinds.size(), "");
    CHECK(yuxin::test::error_of(open_message(other, opener->certificate, *opener->key)).code == Code::kNotFound);
  }
}

TEST_CASE("a message that is not whole is said to be so, and the token works on") {
  const auto card = if_there<Card>();
  if (!card || !has_command("pkcs11-tool")) return;
  const auto token = card->open();
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    CAPTURE(x509::print_key_kind(kKinds[i]));
    const auto key = need(token->decrypter(Crowd::name(i)));
    const auto& certificate = card->crowd().persons[i].certificate;
    for (const auto& how : ways_for(kKinds[i])) {
      CAPTURE(how);
      const auto whole = card->message(i, how);
      const auto octets = read_octets(card->crowd().folder.file("message"));
      // the last octets of the recipient's part, before the text, are those of its encrypted key
      for (const std::size_t back : {std::size_t{60}, std::size_t{80}, std::size_t{100}}) {
        auto damaged = octets;
        damaged[damaged.size() - back] ^= 1U;
        const auto message = x509::EnvelopedData::from_bytes(damaged);
        if (!message) continue;
        const auto content = open_message(*message, certificate, *key);
        if (content) CHECK(content->text() != kText);
        if (!content) CHECK(content.error().code != Code::kUnavailable);
      }
      CHECK(open_message(whole, certificate, *key).has_value());
    }
    CHECK_FALSE(need(key->agree(base::as_bytes("no point"))));
  }
  const auto rsa = need(token->decrypter(Crowd::name(0)));
  for (const std::size_t size : {0U, 1U, 255U, 257U}) {
    const base::Bytes octets(size, 7);
    CHECK_FALSE(need(rsa->decrypt(x509::kOaepSha256, octets, 32)));
  }
  base::Bytes encrypted = need(x509::encrypt_to(rsa->public_key(), x509::kOaepSha256, base::Bytes(32, 1)));
  CHECK(need(rsa->decrypt(x509::kOaepSha256, encrypted, 32)));
  CHECK_FALSE(need(rsa->decrypt(x509::kOaepSha256, encrypted, 16)));
  encrypted[100] ^= 1U;
  CHECK_FALSE(need(rsa->decrypt(x509::kOaepSha256, encrypted, 32)));
}

TEST_CASE("a share that was sealed for a certificate is opened by the token with its key") {
  const auto card = if_there<Card>();
  if (!card || !has_command("pkcs11-tool")) return;
  const auto token = card->open();
  const keymgmt::ShareLabel label{base::Bytes(16, 1), {}, "bureau A", "Li Wei"};
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    const auto& certificate = card->crowd().persons[i].certificate;
    const auto file = need(keymgmt::seal_share(label, base::Secret(std::string_view(kText)), certificate));
    const auto opener = need(
        keymgmt::opener_from_token(*token, std::string(kCard) + ";object=" + Crowd::name(i), {}, file.certificate));
    CHECK(need(keymgmt::open_share(file, opener)).text() == kText);
  }
  CHECK(
      yuxin::test::error_of(keymgmt::opener_from_token(*token, std::string(kCard) + ";object=nobody", {}, {})).code ==
      Code::kNotFound);
  // a certificate that is for another key
  CHECK(keymgmt::opener_from_token(*token, std::string(kCard) + ";object=p0", card->crowd().folder.file("p1.pem"), {})
            .error()
            .code == Code::kIntegrity);
}

TEST_CASE("a key that is made to decrypt does nothing else, and is taken up again") {
  const auto made_tokens = if_there<SoftTokens>();
  if (!made_tokens) return;
  const auto& tokens = *made_tokens;
  tokens.add("card");
  const auto token = TokenKeyStore::open(kCard, tokens.options()).value();
  const auto made = need(token->ensure_decrypting("unlock"));
  CHECK(x509::print_key_kind(made.kind()) == "rsa:3072");
  CHECK(base::equal(need(token->ensure_decrypting("unlock")).spki(), made.spki()));
  const auto signer = token->signer("unlock");
  if (signer) CHECK_FALSE((*signer)->sign(base::as_bytes("a message")));
  REQUIRE(token->generate("curve", {KeyType::kP256, 256}));
  CHECK(yuxin::test::error_of(token->ensure_decrypting("curve")).code == Code::kConflict);
  CHECK(yuxin::test::error_of(token->ensure_decrypting("No Name")).code == Code::kUsage);
  REQUIRE(token->generate("signs", {KeyType::kRsa, 2048}));
  const auto signs = need(token->decrypter("signs"));
  const auto for_signer = need(x509::encrypt_to(signs->public_key(), x509::kOaepSha256, base::Bytes(32, 1)));
  CHECK(yuxin::test::error_of(signs->decrypt(x509::kOaepSha256, for_signer, 32)).code == Code::kSigner);
  REQUIRE(token->generate("edwards", {KeyType::kEd25519, 256}));
  CHECK(yuxin::test::error_of(token->decrypter("edwards")).code == Code::kUsage);
  if (!has_command("pkcs11-tool")) return;
  const auto seen = tokens.pkcs11_tool("--token-label card --login --pin '" + std::string(kPin) +
                                       "' --list-objects --type privkey --label unlock");
  CHECK_MESSAGE(seen.output.find("Usage:      decrypt\n") != std::string::npos, seen.output);
  CHECK(seen.output.find("never extractable") != std::string::npos);
}

TEST_CASE("a wrong PIN opens nothing, and is tried once") {
  const auto tokens = if_there<SoftTokens>();
  if (!tokens) return;
  tokens->add("card");
  {
    const auto token = TokenKeyStore::open(kCard, tokens->options()).value();
    REQUIRE(token->ensure_decrypting("unlock"));
    REQUIRE(token->put_data("share-1", base::as_bytes("text")));
  }
  auto options = tokens->options();
  options.pin_file = tokens->folder().file("wrong");
  std::ofstream(*options.pin_file) << "not the PIN\n";
  const auto token = TokenKeyStore::open(kCard, options).value();
  CHECK(yuxin::test::error_of(token->decrypter("unlock")).code == Code::kNotAuthorised);
  const auto again = token->data("share-1");
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == Code::kNotAuthorised);
  CHECK(again.error().detail.find("not tried again") != std::string::npos);
}

TEST_CASE("octets on a token are seen with its PIN alone, are read by other programs, and are never overwritten") {
  const auto made_tokens = if_there<SoftTokens>();
  if (!made_tokens || !has_command("pkcs11-tool")) return;
  const auto& tokens = *made_tokens;
  tokens.add("card");
  const auto token = TokenKeyStore::open(kCard, tokens.options()).value();
  const base::Bytes octets(3000, 0x5a);
  CHECK(yuxin::test::error_of(token->data("share-1")).code == Code::kNotFound);
  REQUIRE(token->put_data("share-1", octets));
  REQUIRE(token->put_data("share-1", octets));  // after an attempt that was cut off
  CHECK(base::equal(need(token->data("share-1")).view(), octets));
  CHECK(base::equal(need(token->data(std::string(kCard) + ";object=share-1")).view(), octets));
  CHECK(yuxin::test::error_of(token->put_data("share-1", base::as_bytes("another"))).code == Code::kConflict);
  CHECK(base::equal(need(token->data("share-1")).view(), octets));
  CHECK(yuxin::test::error_of(token->put_data("No Name", octets)).code == Code::kUsage);
  CHECK(yuxin::test::error_of(token->data(std::string(kCard) + ";id=%01")).code == Code::kUsage);
  const auto out = tokens.folder().file("out");
  const std::string read = "--token-label card --read-object --type data --label share-1 --output-file " + out;
  const auto done = tokens.pkcs11_tool(read + " --login --pin '" + kPin + "'");
  REQUIRE_MESSAGE(done.status == 0, done.output);
  CHECK(read_octets(out) == octets);
  std::filesystem::remove(out);
  const auto without = tokens.pkcs11_tool(read);
  CHECK_FALSE(std::filesystem::exists(out));
  // what another program put there
  std::ofstream(tokens.folder().file("theirs")) << kText;
  const auto put =
      tokens.pkcs11_tool("--token-label card --login --pin '" + std::string(kPin) + "' --private --write-object " +
                         tokens.folder().file("theirs") + " --type data --label theirs");
  REQUIRE_MESSAGE(put.status == 0, put.output);
  CHECK(need(TokenKeyStore::open(kCard, tokens.options()).value()->data("theirs")).text() == kText);
}
