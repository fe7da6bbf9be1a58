// A client of CMP over BouncyCastle: enrols upon a secret and confirms, updates by signature, and revokes.
//
//   java -cp ... CmpClient URL REFERENCE SECRET HOST OUT     writes OUT-1.pem and OUT-2.pem
import java.io.FileWriter;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.cmp.CertOrEncCert;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.PBMParameter;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIMessage;
import org.bouncycastle.asn1.cmp.RevDetails;
import org.bouncycastle.asn1.cmp.RevRepContent;
import org.bouncycastle.asn1.cmp.RevReqContent;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.crmf.CertReqMsg;
import org.bouncycastle.asn1.crmf.CertTemplateBuilder;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.cmp.CertificateConfirmationContent;
import org.bouncycastle.cert.cmp.CertificateConfirmationContentBuilder;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcaCertificateRequestMessageBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public class CmpClient {
  static final BouncyCastleProvider BC = new BouncyCastleProvider();
  static final SecureRandom RANDOM = new SecureRandom();
  static final GeneralName RA = new GeneralName(new X500Name("CN=Registration"));

  final URI url;
  final byte[] reference;
  final char[] secret;
  final GeneralName sender;

  CmpClient(String url, String reference, String secret, String host) {
    this.url = URI.create(url);
    this.reference = reference.getBytes();
    this.secret = secret.toCharArray();
    sender = new GeneralName(new X500Name("CN=" + host));
  }

  static byte[] random() {
    byte[] octets = new byte[16];
    RANDOM.nextBytes(octets);
    return octets;
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }

  static KeyPair newKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
    generator.initialize(new ECGenParameterSpec("P-256"));
    return generator.generateKeyPair();
  }

  static ContentSigner signer(KeyPair key) throws Exception {
    return new JcaContentSignerBuilder("SHA256withECDSA").setProvider(BC).build(key.getPrivate());
  }

  static PKMACBuilder mac() throws Exception {
    AlgorithmIdentifier sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
    AlgorithmIdentifier hmac = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256);
    return new PKMACBuilder(new JcePKMACValuesCalculator().setProvider(BC)).setParameters(new PBMParameter(random(), sha256, 2000, hmac));
  }

  ProtectedPKIMessageBuilder begin(byte[] transaction, byte[] answers) {
    ProtectedPKIMessageBuilder builder = new ProtectedPKIMessageBuilder(sender, RA);
    builder.setTransactionID(transaction).setSenderNonce(random()).setMessageTime(new Date());
    if (answers != null) builder.setRecipNonce(answers);
    return builder;
  }

  PKIMessage send(ProtectedPKIMessage message) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(url).header("Content-Type", "application/pkixcmp")
        .POST(HttpRequest.BodyPublishers.ofByteArray(message.toASN1Structure().getEncoded("DER"))).build();
    HttpResponse<byte[]> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
    check(answer.statusCode() == 200, "HTTP " + answer.statusCode());
    return PKIMessage.getInstance(answer.body());
  }

  ProtectedPKIMessage bySecret(PKIMessage answer) throws Exception {
    ProtectedPKIMessage message = new ProtectedPKIMessage(new GeneralPKIMessage(answer.getEncoded()));
    check(message.verify(mac(), secret), "the MAC of the answer does not hold");
    return message;
  }

  static X509CertificateHolder issued(ProtectedPKIMessage message, int body) throws Exception {
    check(message.getBody().getType() == body, "body " + message.getBody().getType());
    CertResponse response = CertRepMessage.getInstance(message.getBody().getContent()).getResponse()[0];
    check(response.getStatus().getStatus().intValue() == 0, "status " + response.getStatus().getStatus());
    CertOrEncCert certificate = response.getCertifiedKeyPair().getCertOrEncCert();
    return new X509CertificateHolder(certificate.getCertificate().getX509v3PKCert().getEncoded());
  }

  PKIBody wanted(int type, KeyPair key, String host) throws Exception {
    JcaCertificateRequestMessageBuilder builder = new JcaCertificateRequestMessageBuilder(BigInteger.ZERO);
    builder.setSubject(new X500Name("CN=" + host)).setPublicKey(SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
    builder.setProofOfPossessionSigningKeySigner(signer(key));
    return new PKIBody(type, new CertReqMessages(CertReqMsg.getInstance(builder.build().toASN1Structure())));
  }

  CertificateConfirmationContent accepted(X509CertificateHolder certificate) throws Exception {
    return new CertificateConfirmationContentBuilder().addAcceptedCertificate(certificate, BigInteger.ZERO)
        .build(new JcaDigestCalculatorProviderBuilder().setProvider(BC).build());
  }

  static void write(X509CertificateHolder certificate, String file) throws Exception {
    try (FileWriter out = new FileWriter(file)) {
      out.write("-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, "\n".getBytes()).encodeToString(certificate.getEncoded()) + "\n-----END CERTIFICATE-----\n");
    }
  }

  public static void main(String[] args) throws Exception {
    String host = args[3];
    CmpClient client = new CmpClient(args[0], args[1], args[2], host);

    KeyPair first = newKey();
    byte[] transaction = random();
    ProtectedPKIMessage answer = client.bySecret(client.send(client.begin(transaction, null).setSenderKID(client.reference)
        .setBody(client.wanted(PKIBody.TYPE_INIT_REQ, first, host)).build(mac().build(client.secret))));
    X509CertificateHolder certificate = issued(answer, PKIBody.TYPE_INIT_REP);
    answer = client.bySecret(client.send(client.begin(transaction, answer.getHeader().getSenderNonce().getOctets()).setSenderKID(client.reference)
        .setBody(new PKIBody(PKIBody.TYPE_CERT_CONFIRM, client.accepted(certificate).toASN1Structure())).build(mac().build(client.secret))));
    check(answer.getBody().getType() == PKIBody.TYPE_CONFIRM, "not confirmed");
    write(certificate, args[4] + "-1.pem");

    KeyPair second = newKey();
    transaction = random();
    PKIMessage update = client.send(client.begin(transaction, null).setBody(client.wanted(PKIBody.TYPE_KEY_UPDATE_REQ, second, host))
        .addCMPCertificate(certificate).build(signer(first)));
    answer = new ProtectedPKIMessage(new GeneralPKIMessage(update.getEncoded()));
    check(answer.verify(new JcaContentVerifierProviderBuilder().setProvider(BC).build(answer.getCertificates()[0])), "the signature of the answer does not hold");
    X509CertificateHolder renewed = issued(answer, PKIBody.TYPE_KEY_UPDATE_REP);
    update = client.send(client.begin(transaction, answer.getHeader().getSenderNonce().getOctets())
        .setBody(new PKIBody(PKIBody.TYPE_CERT_CONFIRM, client.accepted(renewed).toASN1Structure())).addCMPCertificate(certificate).build(signer(first)));
    check(update.getBody().getType() == PKIBody.TYPE_CONFIRM, "the update was not confirmed");
    write(renewed, args[4] + "-2.pem");

    CertTemplateBuilder template = new CertTemplateBuilder().setIssuer(certificate.getIssuer()).setSerialNumber(new ASN1Integer(certificate.getSerialNumber()));
    PKIBody revocation = new PKIBody(PKIBody.TYPE_REVOCATION_REQ, new RevReqContent(new RevDetails(template.build())));
    PKIMessage revoked = client.send(client.begin(random(), null).setBody(revocation).addCMPCertificate(certificate).build(signer(first)));
    check(revoked.getBody().getType() == PKIBody.TYPE_REVOCATION_REP, "body " + revoked.getBody().getType());
    check(RevRepContent.getInstance(revoked.getBody().getContent()).getStatus()[0].getStatus().intValue() == 0, "not revoked");
  }
}
