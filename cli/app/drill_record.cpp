#include "drill_record.hpp"

namespace yuxin::cli {

namespace {

base::JsonObject as_json(const DrillProof& proof) {
  base::JsonObject object{{"at", base::rfc3339(proof.at)}, {"custodian", proof.custodian}};
  if (proof.failure) {
    object["result"] = "bad";
    object["why"] = base::code_name(proof.failure->code);
    object["detail"] = proof.failure->detail;
    return object;
  }
  object["group"] = proof.group;
  object["commitment"] = proof.commitment;
  object["result"] = "good";
  return object;
}

}  // namespace

base::JsonObject drill_document(const keymgmt::ShareRegister& shares, const DrillRecord& record) {
  base::JsonArray proofs;
  for (const auto& proof : record.proofs) proofs.push_back(as_json(proof));
  return {{"format", "yuxin-share-drill-1"},
          {"set", base::hex(shares.set)},
          {"title", shares.title},
          {"register", base::hex(keymgmt::register_fingerprint(shares))},
          {"operator", record.operator_name},
          {"began", base::rfc3339(record.began)},
          {"ended", base::rfc3339(record.ended)},
          {"proofs", std::move(proofs)},
          {"result", record.outcome == DrillRecord::Outcome::kMet ? "enough" : "not enough"}};
}

}  // namespace yuxin::cli
