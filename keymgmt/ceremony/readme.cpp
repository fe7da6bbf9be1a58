#include "ceremony/readme.hpp"

namespace yuxin::keymgmt {

// A reader may have one of the two languages only, so both stand side by side, whatever this process speaks.
std::string_view record_readme() {
  return R"~(# Record of a key ceremony / 密钥仪式记录

`yuxin ceremony verify FILE` checks all of this. What follows needs nothing but sha256sum, sed and openssl 3.
`yuxin ceremony verify FILE` 可一次验证全部内容。以下步骤只用 sha256sum、sed 和 openssl 3。

The plan: this is the digest that was read aloud when the ceremony was opened.
方案：此摘要即仪式开始时宣读的摘要。
```sh
sha256sum plan.toml
```

The transcript: this is the digest on the printed record; everybody has signed it.
过程记录：此摘要印在纸质记录上，所有参加者均已对其签名。
```sh
sha256sum transcript.jsonl
```

The chain: each entry names the digest of the one before; the first one names the plan's.
链条：每条记录写有前一条的摘要，第一条写有方案的摘要。
```sh
previous=$(sha256sum <plan.toml | cut -c1-64)
while IFS= read -r line; do
  case $line in *"\"previous\":\"$previous\""*) ;; *) echo "broken / 链条断裂: $line"; exit 1;; esac
  previous=$(printf %s "$line" | sha256sum | cut -c1-64)
done <transcript.jsonl
```

The outputs: each digest stands in the last entry of the transcript.
产出：每个摘要均写在过程记录的最后一条中。
```sh
for file in outputs/*; do
  grep -q "$(sha256sum <"$file" | cut -c1-64)" transcript.jsonl || { echo "changed / 被改动: $file"; exit 1; }
done
```

The signatures: what each person signed names the transcript's digest; the digest of the signer's certificate stands in
the entry of the enrolment (-noverify: openssl is not asked to believe the certificate, you compare that digest).
签名：每人签名的内容写有过程记录的摘要；签名人证书的摘要写在登记一条中（-noverify：openssl 不判断证书是否可信，由您比对该摘要）。
```sh
for file in signatures/*.p7m; do
  openssl cms -verify -noverify -binary -inform DER -in "$file" -signer signer.tmp -out statement.tmp || exit 1
  grep -q "$(sha256sum <transcript.jsonl | cut -c1-64)" statement.tmp || { echo "other transcript / 不是此记录: $file"; exit 1; }
  grep -q "$(openssl x509 -in signer.tmp -outform DER | sha256sum | cut -c1-64)" transcript.jsonl || { echo "unknown signer / 签名人未登记: $file"; exit 1; }
done
```

openssl 3.0 cannot verify SM2 signatures in messages; for those use `yuxin ceremony verify`.
openssl 3.0 无法验证消息中的 SM2 签名，此类签名请用 `yuxin ceremony verify`。
)~";
}

}  // namespace yuxin::keymgmt
