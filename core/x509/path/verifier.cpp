// Path validation by OpenSSL, with what it lacks: SM2 signatures on CRLs, our purposes and names, our words.
#include "yuxin/x509/path.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <utility>

#include "path/held_certificates.hpp"
#include "path/list_fault.hpp"
#include "path/memory.hpp"
#include "path/openssl_objects.hpp"
#include "path/purpose.hpp"
#include "path/reasons.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/x509/algorithm.hpp"
#include "yuxin/x509/der.hpp"

namespace yuxin::x509 {

struct HeldCrl {
  X509CrlPtr x509;
  bool weak;  // signed with an algorithm that this program does not accept
};

struct PathVerifier::Impl {
  std::vector<HeldCertificate> anchors;
  std::vector<HeldCertificate> untrusted;
  std::vector<HeldCrl> crls;
  X509StorePtr store;
  std::vector<Certificate> at_hand;  // the anchors and the untrusted, for the memory
  mutable HeldCertificates held;     // of the certificates that were verified, and of the help for them
  mutable PathMemory memory;
};

namespace {

constexpr int kDefaultDepth = 32;

using AsnObjectPtr = std::unique_ptr<ASN1_OBJECT, Deleter<ASN1_OBJECT_free>>;

// Outcome of one run of X509_verify_cert.
struct Run {
  RevocationMode revocation = RevocationMode::kNone;
  base::UnixTime time = {};
  int error = X509_V_OK;
  const X509* at = nullptr;
  const X509_CRL* stale_crl = nullptr;  // the list whose times OpenSSL complained about last
};

int run_index() {
  static const int kIndex = X509_STORE_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

// The path of a CRL's issuer is validated in a context of its own, which knows only its parent.
Run& run_of(X509_STORE_CTX* context) {
  while (X509_STORE_CTX* parent = X509_STORE_CTX_get0_parent_ctx(context)) context = parent;
  return *static_cast<Run*>(X509_STORE_CTX_get_ex_data(context, run_index()));
}

bool is_lack_of_crl(int error) {
  return error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER ||
         error == X509_V_ERR_DIFFERENT_CRL_SCOPE || error == X509_V_ERR_CRL_HAS_EXPIRED ||
         error == X509_V_ERR_CRL_NOT_YET_VALID;
}

// is_about_anchor: RFC 5280 section 6.1: the trust anchor is no part of the path, so nobody has to vouch for it.
bool is_about_anchor(X509_STORE_CTX* context) {
  return X509_STORE_CTX_get0_parent_ctx(context) == nullptr &&
         X509_STORE_CTX_get_error_depth(context) + 1 == sk_X509_num(X509_STORE_CTX_get0_chain(context));
}

template <typename T>
base::Bytes encoded(int (*encode)(const T*, unsigned char**), const T* object) {
  const int size = encode(object, nullptr);
  base::Bytes der(size > 0 ? static_cast<std::size_t>(size) : 0);
  unsigned char* at = der.data();
  if (!der.empty()) encode(object, &at);
  return der;
}

// is_last_second: RFC 5280 section 4.1.2.5: notAfter is the last moment that is still valid; OpenSSL's first that is
// not.
bool is_last_second(const X509_STORE_CTX* context, base::UnixTime time) {
  const X509* current = X509_STORE_CTX_get_current_cert(context);
  return current != nullptr &&
         ASN1_TIME_cmp_time_t(X509_get0_notAfter(current), static_cast<time_t>(time.seconds)) == 0;
}

// OpenSSL verifies a CRL without SM2's identifier; the signature is checked by our own layer instead.
bool verifies_with_sm2(X509_STORE_CTX* context, const X509_CRL* stale_crl) {
  const X509_CRL* x509 = X509_STORE_CTX_get0_current_crl(context);
  if (x509 == nullptr) x509 = stale_crl;  // after a complaint about times OpenSSL forgets what it looks at
  if (x509 == nullptr) return false;
  const auto crl = Crl::from_der(encoded<X509_CRL>(i2d_X509_CRL, x509));
  if (!crl || !is_signed_with_sm2(crl->signature_algorithm())) return false;
  const X509* issuer = X509_STORE_CTX_get0_current_issuer(context);
  if (issuer == nullptr) {
    const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
    const int above = std::min(X509_STORE_CTX_get_error_depth(context) + 1, sk_X509_num(chain) - 1);
    issuer = sk_X509_value(chain, above);
  }
  const auto key = PublicKey::from_spki(encoded<X509_PUBKEY>(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(issuer)));
  return key && crl->verify_signature(*key);
}

int on_verify(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  Run& run = run_of(context);
  const int error = X509_STORE_CTX_get_error(context);
  if (error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_CRL_NOT_YET_VALID) {
    run.stale_crl = X509_STORE_CTX_get0_current_crl(context);
  }
  const bool forgiven =
      (error == X509_V_ERR_CERT_HAS_EXPIRED && is_last_second(context, run.time)) ||
      (is_lack_of_crl(error) && (run.revocation == RevocationMode::kCrlIfPresent || is_about_anchor(context))) ||
      (error == X509_V_ERR_CRL_SIGNATURE_FAILURE && verifies_with_sm2(context, run.stale_crl));
  if (forgiven) {
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
  }
  run.error = error;
  run.at = X509_STORE_CTX_get_current_cert(context);
  return 0;
}

int auth_level(unsigned minimum_security_bits) {
  constexpr std::array<unsigned, 5> kSteps{80, 112, 128, 192, 256};
  if (minimum_security_bits == 0) return 0;
  const auto* step = std::ranges::lower_bound(kSteps, minimum_security_bits);
  return static_cast<int>(std::min<std::ptrdiff_t>(step - kSteps.begin() + 1, 5));
}

bool add_policy(X509_VERIFY_PARAM* parameters, base::ByteView policy) {
  der::Writer writer;
  writer.oid(policy);
  const unsigned char* at = writer.view().data();
  AsnObjectPtr object(d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(writer.view().size())));
  if (!object || X509_VERIFY_PARAM_add0_policy(parameters, object.get()) != 1) return false;
  (void)object.release();  // taken over
  return true;
}

bool set_policies(X509_VERIFY_PARAM* parameters, const PathOptions& options) {
  // Without a set OpenSSL does not compute the user-constrained policies at all.
  if (options.policies.empty()) return add_policy(parameters, oid::kAnyPolicy);
  return std::ranges::all_of(options.policies, [&](const base::Bytes& p) { return add_policy(parameters, p); });
}

bool set_options(X509_VERIFY_PARAM* parameters, base::UnixTime at, const PathOptions& options) {
  unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;
  if (options.require_explicit_policy) flags |= X509_V_FLAG_EXPLICIT_POLICY;
  if (options.inhibit_policy_mapping) flags |= X509_V_FLAG_INHIBIT_MAP;
  if (options.inhibit_any_policy) flags |= X509_V_FLAG_INHIBIT_ANY;
  if (options.revocation != RevocationMode::kNone) {
    flags |=
        X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
  }
  const unsigned depth = std::min(options.max_depth.value_or(kDefaultDepth), 1000U);
  X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(at.seconds));
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(depth));
  X509_VERIFY_PARAM_set_auth_level(parameters, auth_level(options.minimum_security_bits));
  return X509_VERIFY_PARAM_set_flags(parameters, flags) == 1 && set_policies(parameters, options);
}

std::vector<base::Bytes> user_policies(X509_STORE_CTX* context) {
  std::vector<base::Bytes> policies;
  const X509_POLICY_TREE* tree = X509_STORE_CTX_get0_policy_tree(context);
  const STACK_OF(X509_POLICY_NODE)* nodes = tree == nullptr ? nullptr : X509_policy_tree_get0_user_policies(tree);
  for (int i = 0; i < sk_X509_POLICY_NODE_num(nodes); ++i) {
    const ASN1_OBJECT* object = X509_policy_node_get0_policy(sk_X509_POLICY_NODE_value(nodes, i));
    policies.emplace_back(OBJ_get0_data(object), OBJ_get0_data(object) + OBJ_length(object));
  }
  std::ranges::sort(policies);
  policies.erase(std::ranges::unique(policies).begin(), policies.end());
  return policies;
}

PathReport refusal(std::string_view reason, const Certificate* certificate, std::vector<Certificate> chain) {
  PathReport report;
  report.reason = reason;
  report.detail = explain_reason(reason, certificate);
  report.chain = std::move(chain);
  return report;
}

// RFC 5280 section 6.1.4 (k): below the anchor nobody is an authority by a certificate of another version than 3, in
// which extensions do not count.
std::optional<std::size_t> first_old_authority(const std::vector<Certificate>& chain) {
  constexpr std::int64_t kVersion3 = 2;
  for (std::size_t i = 1; i + 1 < chain.size(); ++i) {
    if (chain[i].tbs().version != kVersion3) return i;
  }
  return std::nullopt;
}

// Session is one verification: the certificate, the help for it, and what has been found.
class Session {
 public:
  Session(const PathVerifier::Impl& material, const Certificate& certificate,
          const std::vector<Certificate>& untrusted)
      : material_(material), target_(material.held.hold(certificate)), stack_(sk_X509_new_null()) {
    for (const auto& one : untrusted) extra_.push_back(material.held.hold(one));
    for (const auto* list : {&material.untrusted, &std::as_const(extra_)}) {
      for (const auto& one : *list) {
        if (one.x509) sk_X509_push(stack_.get(), one.x509.get());
      }
    }
  }

  enum class Crls { kAll, kStrong };
  [[nodiscard]] PathReport run(base::UnixTime at, const PathOptions& options, Crls which) const {
    if (!target_.x509) return refusal(path_reason::kMalformed, &target_.certificate, {target_.certificate});
    const X509StoreContextPtr context(X509_STORE_CTX_new());
    const X509CrlStackPtr crls = stack_of_crls(which);
    Run run{.revocation = options.revocation, .time = at};
    const bool ready =
        context && crls &&
        X509_STORE_CTX_init(context.get(), material_.store.get(), target_.x509.get(), stack_.get()) == 1 &&
        X509_STORE_CTX_set_ex_data(context.get(), run_index(), &run) == 1 &&
        set_options(X509_STORE_CTX_get0_param(context.get()), at, options);
    if (!ready) return with_diagnostic(refusal(path_reason::kInternal, nullptr, {}));
    X509_STORE_CTX_set0_crls(context.get(), crls.get());
    X509_STORE_CTX_set_verify_cb(context.get(), on_verify);
    const bool good = X509_verify_cert(context.get()) == 1;
    auto chain = chain_of(context.get());
    if (good) {
      ERR_clear_error();  // what was tried in vain on the way
      if (const auto old = first_old_authority(chain)) {
        const Certificate certificate = chain[*old];
        return refusal(path_reason::kNotAnAuthority, &certificate, std::move(chain));
      }
      PathReport report{.valid = true,
                        .reason = path_reason::kOk,
                        .detail = {},
                        .chain = std::move(chain),
                        .policies = user_policies(context.get()),
                        .diagnostic = {}};
      return report;
    }
    if (run.error == X509_V_OK) run.error = X509_STORE_CTX_get_error(context.get());
    auto report = refusal(reason_of_error(run.error), find(run.at), std::move(chain));
    report.diagnostic = X509_verify_cert_error_string(run.error);
    return with_diagnostic(std::move(report));
  }

 private:
  [[nodiscard]] X509CrlStackPtr stack_of_crls(Crls which) const {
    X509CrlStackPtr crls(sk_X509_CRL_new_null());
    for (const auto& crl : material_.crls) {
      if (crls && (which == Crls::kAll || !crl.weak)) sk_X509_CRL_push(crls.get(), crl.x509.get());
    }
    return crls;
  }

  [[nodiscard]] const Certificate* find(const X509* x509) const {
    if (x509 == nullptr) return nullptr;
    if (x509 == target_.x509.get()) return &target_.certificate;
    for (const auto* list : {&material_.anchors, &material_.untrusted, &extra_}) {
      for (const auto& one : *list) {
        if (one.x509.get() == x509) return &one.certificate;
      }
    }
    return nullptr;
  }

  [[nodiscard]] std::vector<Certificate> chain_of(X509_STORE_CTX* context) const {
    std::vector<Certificate> chain;
    const STACK_OF(X509)* built = X509_STORE_CTX_get0_chain(context);
    for (int i = 0; i < sk_X509_num(built); ++i) {
      if (const Certificate* certificate = find(sk_X509_value(built, i))) chain.push_back(*certificate);
    }
    return chain;
  }

  static PathReport with_diagnostic(PathReport report) {
    if (ERR_peek_error() == 0) return report;
    const std::string error = take_openssl_error();
    report.diagnostic += (report.diagnostic.empty() ? "" : "; ") + error;
    return report;
  }

  const PathVerifier::Impl& material_;
  HeldCertificate target_;
  std::vector<HeldCertificate> extra_;
  X509StackPtr stack_;
};

// check_wishes looks at what is asked of a path that is good in itself.
PathReport check_wishes(PathReport report, const PathOptions& options) {
  if (const auto against = first_against(options.purpose, report.chain)) {
    const Certificate certificate = report.chain[*against];
    return refusal(path_reason::kWrongPurpose, &certificate, std::move(report.chain));
  }
  for (const auto& name : options.names) {
    const Certificate certificate = report.chain.front();
    if (has_name(certificate, name, options.common_names)) continue;
    auto refused = refusal(path_reason::kNameMismatch, &certificate, std::move(report.chain));
    refused.detail = base::message("{} is not for the name {}.", certificate.subject().text(), name.value);
    return refused;
  }
  return report;
}

base::Result<std::vector<HeldCertificate>> hold_all(const std::vector<Certificate>& certificates) {
  std::vector<HeldCertificate> held;
  held.reserve(certificates.size());
  for (const auto& certificate : certificates) {
    held.push_back(hold(certificate));
    if (held.back().x509) continue;
    return base::fail_with(base::Code::kMalformed, take_openssl_error(),
                           "The certificate {} has a field that does not parse. Leave it out.",
                           certificate.subject().text());
  }
  return held;
}

bool is_weak(const Crl& crl) {
  const auto algorithm = scheme_by_identifier(crl.signature_algorithm());
  return !algorithm || algorithm == SignatureAlgorithm::kRsaSha1 || algorithm == SignatureAlgorithm::kEcdsaSha1;
}

}  // namespace

base::Result<PathVerifier> PathVerifier::prepare(const PathMaterial& material) {
  auto impl = std::make_shared<Impl>();
  TRY(impl->anchors, hold_all(material.anchors));
  TRY(impl->untrusted, hold_all(material.untrusted));
  for (const auto& crl : material.crls) {
    if (const auto fault = fault_of(crl))
      return base::fail(base::Code::kMalformed, "The revocation list of {} proves nothing: {} Leave it out.",
                        crl.issuer().text(), *fault);
    impl->crls.push_back({x509_crl(crl), is_weak(crl)});
    if (impl->crls.back().x509) continue;
    return base::fail_with(base::Code::kMalformed, take_openssl_error(),
                           "The revocation list of {} has a field that does not parse. Leave it out.",
                           crl.issuer().text());
  }
  impl->at_hand = material.anchors;
  impl->at_hand.insert(impl->at_hand.end(), material.untrusted.begin(), material.untrusted.end());
  impl->store.reset(X509_STORE_new());
  bool stored = impl->store != nullptr;
  for (const auto& anchor : impl->anchors) {
    stored = stored && X509_STORE_add_cert(impl->store.get(), anchor.x509.get()) == 1;
  }
  if (!stored) {
    return base::fail_with(base::Code::kInternal, take_openssl_error(), "The trusted certificates cannot be kept.");
  }
  return PathVerifier(std::move(impl));
}

PathReport PathVerifier::verify(const Certificate& certificate, base::UnixTime at, const PathOptions& options,
                                const std::vector<Certificate>& untrusted) const {
  const bool memorable =
      PathMemory::can_keep(options, impl_->crls.empty() ? PathMemory::Lists::kNone : PathMemory::Lists::kSome);
  if (memorable) {
    if (auto known = impl_->memory.find(certificate, at, options, {&impl_->at_hand, &untrusted})) return *known;
  }
  const Session session(*impl_, certificate, untrusted);
  PathReport report = session.run(at, options, Session::Crls::kAll);
  // OpenSSL has no say about the strength of a CRL's signature. That a weak list revokes is believed; that it does
  // not revoke is worth nothing.
  const bool has_weak = std::ranges::any_of(impl_->crls, &HeldCrl::weak);
  if (report.valid && has_weak && options.minimum_security_bits != 0 && options.revocation != RevocationMode::kNone) {
    report = session.run(at, options, Session::Crls::kStrong);
  }
  if (report.valid) report = check_wishes(std::move(report), options);
  if (report.valid && memorable) impl_->memory.keep(report, options);
  return report;
}

PathReport verify_path(const Certificate& certificate, const PathMaterial& material, base::UnixTime at,
                       const PathOptions& options) {
  auto verifier = PathVerifier::prepare(material);
  if (verifier) return verifier->verify(certificate, at, options);
  PathReport report = refusal(path_reason::kMalformed, nullptr, {});
  report.detail = std::move(verifier.error().detail);
  report.diagnostic = std::move(verifier.error().diagnostic);
  return report;
}

}  // namespace yuxin::x509
