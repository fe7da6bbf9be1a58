// What a token says on bad days: SoftHSM behind a double that adds its errors and counts the logins.
#include "keymgmt/keystore/token_link.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <shared_mutex>
#include <thread>

#include "keymgmt/keystore/token_generate.hpp"
#include "keymgmt/keystore/token_import.hpp"
#include "keymgmt/keystore/token_object.hpp"
#include "keymgmt/keystore/token_signer.hpp"
#include "need.hpp"
#include "soft_token.hpp"

namespace {

using namespace yuxin;
using namespace yuxin::keymgmt;
using namespace yuxin::test;
using base::Code;

const base::ByteView kMessage = base::as_bytes("a message");

// Double is what PKCS #11 functions of C can reach: there is one at a time.
struct Double {
  CK_FUNCTION_LIST real{};
  CK_FUNCTION_LIST list{};
  std::atomic<int> logins = 0;
  std::atomic<int> restarts = 0;
  std::atomic<int> failing_signs = 0;
  CK_RV failure = CKR_OK;
  CK_FLAGS more_flags = 0;
  bool spoil = false;
  bool knows_recovery = true;
  std::atomic<CK_ULONG> open_sessions = 0;
  CK_ULONG most_sessions = 1000;
  std::shared_mutex resetting;
};
Double* current = nullptr;

// guarded lets a call into the module while nobody resets it, because SoftHSM frees sessions that are at work.
template <auto Function, typename... Args>
CK_RV guarded(Args... args) {
  const std::shared_lock lock(current->resetting);
  return (current->real.*Function)(args...);
}

CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR* pin, CK_ULONG size) {
  ++current->logins;
  return guarded<&CK_FUNCTION_LIST::C_Login>(session, user, pin, size);
}

CK_RV initialize(void* arguments) {
  ++current->restarts;
  return current->real.C_Initialize(arguments);
}

CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO* info) {
  const CK_RV rv = current->real.C_GetTokenInfo(slot, info);
  info->flags |= current->more_flags;
  return rv;
}

CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify, CK_SESSION_HANDLE* session) {
  if (current->open_sessions >= current->most_sessions) return CKR_SESSION_COUNT;
  const CK_RV rv = guarded<&CK_FUNCTION_LIST::C_OpenSession>(slot, flags, application, notify, session);
  if (rv == CKR_OK) ++current->open_sessions;
  return rv;
}

CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  return guarded<&CK_FUNCTION_LIST::C_SignInit>(session, mechanism, key);
}

CK_RV find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  return guarded<&CK_FUNCTION_LIST::C_FindObjectsInit>(session, wanted, count);
}

CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE* found, CK_ULONG most, CK_ULONG* count) {
  return guarded<&CK_FUNCTION_LIST::C_FindObjects>(session, found, most, count);
}

CK_RV find_end(CK_SESSION_HANDLE session) { return guarded<&CK_FUNCTION_LIST::C_FindObjectsFinal>(session); }

CK_RV attributes(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* list, CK_ULONG count) {
  return guarded<&CK_FUNCTION_LIST::C_GetAttributeValue>(session, object, list, count);
}

CK_RV session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO* info) {
  return guarded<&CK_FUNCTION_LIST::C_GetSessionInfo>(session, info);
}

CK_RV close_session(CK_SESSION_HANDLE session) { return guarded<&CK_FUNCTION_LIST::C_CloseSession>(session); }

CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE* data, CK_ULONG size, CK_BYTE* signature, CK_ULONG* signature_size) {
  const CK_RV rv = guarded<&CK_FUNCTION_LIST::C_Sign>(session, data, size, signature, signature_size);
  if (current->failing_signs > 0) {
    --current->failing_signs;
    return current->failure;
  }
  if (rv == CKR_OK && current->spoil) signature[0] ^= 1U;
  return rv;
}

bool is_unknown(const CK_ATTRIBUTE* list, CK_ULONG count) {
  return !current->knows_recovery &&
         std::any_of(list, list + count, [](const CK_ATTRIBUTE& one) { return one.type == CKA_SIGN_RECOVER; });
}

CK_RV generate(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* open, CK_ULONG open_count,
               CK_ATTRIBUTE* secret, CK_ULONG secret_count, CK_OBJECT_HANDLE* made_open,
               CK_OBJECT_HANDLE* made_secret) {
  if (is_unknown(secret, secret_count)) return CKR_ATTRIBUTE_TYPE_INVALID;
  return guarded<&CK_FUNCTION_LIST::C_GenerateKeyPair>(session, mechanism, open, open_count, secret, secret_count,
                                                       made_open, made_secret);
}

CK_RV create(CK_SESSION_HANDLE session, CK_ATTRIBUTE* list, CK_ULONG count, CK_OBJECT_HANDLE* made) {
  if (is_unknown(list, count)) return CKR_ATTRIBUTE_TYPE_INVALID;
  return guarded<&CK_FUNCTION_LIST::C_CreateObject>(session, list, count, made);
}

// Bench is a token behind the double, with a key "root" on it.
class Bench {
 public:
  explicit Bench(const std::string& module) : tokens_(module), raw_(module) {
    tokens_.add("city");
    double_.real = double_.list = *raw_.functions();
    double_.list.C_Login = login;
    double_.list.C_Initialize = initialize;
    double_.list.C_GetTokenInfo = token_info;
    double_.list.C_OpenSession = open_session;
    double_.list.C_Sign = sign;
    double_.list.C_SignInit = sign_init;
    double_.list.C_FindObjectsInit = find_init;
    double_.list.C_FindObjects = find;
    double_.list.C_FindObjectsFinal = find_end;
    double_.list.C_GetAttributeValue = attributes;
    double_.list.C_GetSessionInfo = session_info;
    double_.list.C_CloseSession = close_session;
    double_.list.C_GenerateKeyPair = generate;
    double_.list.C_CreateObject = create;
    current = &double_;
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() = default;

  [[nodiscard]] std::shared_ptr<TokenLink> link(TokenOptions options) {
    auto uri = TokenUri::parse("pkcs11:token=city").value();
    std::vector<std::shared_ptr<Module>> modules{Module::over(&double_.list, "double").value()};
    auto place = find_token(modules, uri).value();
    return std::make_shared<TokenLink>(std::move(modules), std::move(uri), std::move(place), options);
  }
  [[nodiscard]] std::shared_ptr<TokenLink> link() { return link(tokens_.options()); }
  [[nodiscard]] Double& token() { return double_; }
  // reset ends every session and login between two calls of whoever works, as a token does that was switched off.
  void reset() {
    const std::unique_lock lock(double_.resetting);
    raw_.reset();
    double_.open_sessions = 0;
  }
  [[nodiscard]] const SoftTokens& tokens() const { return tokens_; }

 private:
  SoftTokens tokens_;
  RawModule raw_;
  Double double_;
};

base::Result<std::shared_ptr<const x509::Signer>> signer_of(const std::shared_ptr<TokenLink>& link) {
  const KeySelector selector{"root", {}};
  TRY(const auto key, link->perform<std::optional<TokenKey>>(TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
                                                             [&](Desk& desk) { return find_key(desk, selector); }));
  REQUIRE(key.has_value());
  return make_token_signer(link, selector, *key);
}

base::Result<x509::PublicKey> make_root(TokenLink& link) {
  return generate_on_token(link, "root", {x509::KeyType::kP256, 256});
}

bool verifies(const x509::Signer& signer, const base::Result<base::Bytes>& signature) {
  return signature &&
         x509::verify_tbs(signer.public_key(), x509::scheme(signer.algorithm()).identifier, kMessage, *signature);
}

}  // namespace

TEST_CASE("a signature that failed because of a lost session or token is made again, for every such code") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  for (const CK_RV failure : {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED, CKR_DEVICE_ERROR,
                              CKR_TOKEN_NOT_PRESENT, CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID}) {
    CAPTURE(failure);
    bench->token().failure = failure;
    bench->token().failing_signs = 1;
    CHECK(verifies(*signer, signer->sign(kMessage)));
  }
  CHECK(bench->token().restarts == 1);
}

TEST_CASE("a token that goes on failing is begun anew once, then left in peace for a while, and comes back") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  bench->token().failure = CKR_DEVICE_ERROR;
  bench->token().failing_signs = 1000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    const auto refused = signer->sign(kMessage);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::kUnavailable);
  }
  // on a machine that is busy the while may be over before the twentieth
  if (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(200)) {
    CHECK(bench->token().failing_signs == 997);
    CHECK(bench->token().restarts == 2);
  }
  bench->token().failing_signs = 0;
  bool back = false;
  for (int i = 0; i < 50 && !back; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    back = verifies(*signer, signer->sign(kMessage));
  }
  CHECK(back);
}

TEST_CASE("no RSA key signs so that the message comes back, and a token that knows no such thing makes keys too") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  const auto of_software = x509::PrivateKey::generate({x509::KeyType::kRsa, 2048}).value();
  const auto allows_recovery = [&](const std::string& label) {
    return link
        ->perform<bool>(TokenLink::Login::kUser, TokenLink::Retry::kNever,
                        [&](Desk& desk) -> keymgmt::Outcome<bool> {
                          auto handle = find_private(desk, {label, {}});
                          REQUIRE(handle.has_value());
                          REQUIRE(handle->has_value());
                          return read_flag(desk, **handle, CKA_SIGN_RECOVER, false);
                        })
        .value();
  };
  REQUIRE(generate_on_token(*link, "signs", {x509::KeyType::kRsa, 2048}));
  REQUIRE(generate_on_token(*link, "opens", {x509::KeyType::kRsa, 2048}, KeyUse::kDecrypt));
  REQUIRE(import_to_token(*link, "brought", of_software));
  for (const char* label : {"signs", "opens", "brought"}) CHECK_FALSE(allows_recovery(label));

  bench->token().knows_recovery = false;
  CHECK(generate_on_token(*link, "signs-2", {x509::KeyType::kRsa, 2048}));
  CHECK(import_to_token(*link, "brought-2", of_software));
}

TEST_CASE("what a token refuses for good is not tried again") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  bench->token().failure = CKR_KEY_FUNCTION_NOT_PERMITTED;
  bench->token().failing_signs = 2;
  CHECK(yuxin::test::error_of(signer->sign(kMessage)).code == Code::kSigner);
  CHECK(bench->token().failing_signs == 1);
  CHECK(yuxin::test::error_of(signer->sign(kMessage)).code == Code::kSigner);
  CHECK(verifies(*signer, signer->sign(kMessage)));
}

TEST_CASE("a signature that does not verify is not given away") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  bench->token().spoil = true;
  CHECK(yuxin::test::error_of(signer->sign(kMessage)).code == Code::kIntegrity);
  const auto digest = x509::sha256(kMessage);
  CHECK(yuxin::test::error_of(signer->sign_digest(digest)).code == Code::kIntegrity);
  bench->token().spoil = false;
  CHECK(verifies(*signer, signer->sign(kMessage)));
}

TEST_CASE("a wrong PIN reaches the token once, however many threads and links ask") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  REQUIRE(make_root(*bench->link()).has_value());
  bench->token().logins = 0;
  TokenOptions options = bench->tokens().options();
  options.pin_file = bench->tokens().folder().file("wrong");
  std::ofstream(*options.pin_file) << "wrong\n";
  for (int round = 0; round < 2; ++round) {
    const auto link = bench->link(options);
    std::atomic<int> refused = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        const auto signer = link->perform<std::optional<CK_OBJECT_HANDLE>>(
            TokenLink::Login::kUser, TokenLink::Retry::kAfterLoss,
            [](Desk& desk) { return find_private(desk, {"root", {}}); });
        if (!signer && signer.error().code == Code::kNotAuthorised) ++refused;
      });
    }
    for (auto& thread : threads) thread.join();
    CHECK(refused == 4);
  }
  CHECK(bench->token().logins == 1);
}

TEST_CASE("a locked PIN is not tried, and the last try is left to people") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  REQUIRE(make_root(*bench->link()).has_value());
  bench->token().logins = 0;
  bench->token().more_flags = CKF_USER_PIN_LOCKED;
  const auto locked = make_root(*bench->link());
  REQUIRE_FALSE(locked.has_value());
  CHECK(locked.error().code == Code::kNotAuthorised);
  CHECK(locked.error().detail.find("locked") != std::string::npos);
  bench->token().more_flags = CKF_USER_PIN_FINAL_TRY;
  const auto last = make_root(*bench->link());
  REQUIRE_FALSE(last.has_value());
  CHECK(last.error().code == Code::kNotAuthorised);
  CHECK(last.error().detail.find("one try left") != std::string::npos);
  CHECK(bench->token().logins == 0);
  TokenOptions options = bench->tokens().options();
  options.pin_file.reset();
  std::string told;
  options.ask_pin = [&](const std::string& token) -> base::Result<base::Secret> {
    told = token;
    return base::Secret(std::string_view(kPin));
  };
  CHECK(signer_of(bench->link(options)).has_value());
  CHECK(told.find("one try left") != std::string::npos);
}

TEST_CASE("a token with fewer sessions than asked for serves all threads with those it has") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  bench->token().most_sessions = 2;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) good += verifies(*signer, signer->sign(kMessage)) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(good == 300);
  CHECK(bench->token().open_sessions <= 2);
}

TEST_CASE("threads sign on through resets that fall in the middle of their signatures") {
  const auto bench = if_there<Bench>();
  if (!bench) return;
  const auto link = bench->link();
  REQUIRE(make_root(*link).has_value());
  const auto signer = signer_of(link).value();
  std::atomic<int> good = 0;
  std::atomic<int> working = 4;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) good += verifies(*signer, signer->sign(kMessage)) ? 1 : 0;
      --working;
    });
  }
  int resets = 0;
  while (working > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    bench->reset();
    ++resets;
  }
  for (auto& thread : threads) thread.join();
  CHECK(resets > 1);
  CHECK(good == 2000);
}
