// BouncyCastle reads and makes attribute certificates (RFC 5755), as an implementation that shares nothing with ours.
//
//   read AC.pem AUTHORITY.pem HOLDER.pem   says what it found, one fact a line; exit 1 when the signature is bad
//   make FOLDER                            writes an authority, a holder and three attribute certificates into FOLDER
import java.io.FileReader;
import java.io.FileWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Attribute;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.ObjectDigestInfo;
import org.bouncycastle.asn1.x509.RoleSyntax;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.AttributeCertificateHolder;
import org.bouncycastle.cert.AttributeCertificateIssuer;
import org.bouncycastle.cert.X509AttributeCertificateHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2AttributeCertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

class AttributeCertificates {
  static final ASN1ObjectIdentifier ROLE = new ASN1ObjectIdentifier("2.5.4.72");
  static final Date FROM = new Date(1790000000000L);
  static final Date TO = new Date(1890000000000L);

  public static void main(String[] arguments) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    if (arguments[0].equals("read")) {
      System.exit(read(arguments[1], arguments[2], arguments[3]) ? 0 : 1);
    }
    make(Path.of(arguments[1]));
  }

  static Object pem(String file) throws Exception {
    try (PEMParser parser = new PEMParser(new FileReader(file))) {
      return parser.readObject();
    }
  }

  static boolean read(String file, String authorityFile, String holderFile) throws Exception {
    X509AttributeCertificateHolder certificate = (X509AttributeCertificateHolder) pem(file);
    X509CertificateHolder authority = (X509CertificateHolder) pem(authorityFile);
    X509CertificateHolder person = (X509CertificateHolder) pem(holderFile);
    AttributeCertificateHolder holder = certificate.getHolder();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(person.getSubjectPublicKeyInfo().getEncoded());
    System.out.println("version " + certificate.getVersion());
    System.out.println("serial " + certificate.getSerialNumber().toString(16));
    System.out.println("holder-name " + holder.getEntityNames()[0]);
    System.out.println("holder-name-fits " + holder.getEntityNames()[0].equals(person.getSubject()));
    System.out.println("holder-digest-type " + holder.getDigestedObjectType());
    System.out.println("holder-key-fits " + Arrays.equals(holder.getObjectDigest(), digest));
    System.out.println("issuer-fits " + certificate.getIssuer().getNames()[0].equals(authority.getSubject()));
    System.out.println("not-before " + certificate.getNotBefore().toInstant());
    System.out.println("not-after " + certificate.getNotAfter().toInstant());
    for (Attribute attribute : certificate.getAttributes(ROLE)) {
      System.out.println("role " + RoleSyntax.getInstance(attribute.getAttributeValues()[0]).getRoleNameAsString());
    }
    for (Attribute attribute : certificate.getAttributes()) System.out.println("attribute " + attribute.getAttrType());
    for (Object oid : certificate.getExtensionOIDs()) System.out.println("extension " + oid);
    boolean good = certificate.isSignatureValid(
        new JcaContentVerifierProviderBuilder().setProvider("BC").build(authority));
    System.out.println("signature " + (good ? "good" : "bad"));
    return good;
  }

  static KeyPair key() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
    generator.initialize(new ECGenParameterSpec("P-256"));
    return generator.generateKeyPair();
  }

  static void write(Path file, Object object) throws Exception {
    try (JcaPEMWriter writer = new JcaPEMWriter(new FileWriter(file.toFile()))) {
      writer.writeObject(object);
    }
  }

  static void make(Path folder) throws Exception {
    KeyPair authorityKey = key();
    KeyPair holderKey = key();
    X500Name authorityName = new X500Name("C=CN,O=Bouncy City,CN=Attribute authority");
    X500Name holderName = new X500Name("C=CN,O=Bouncy City,CN=officer-05");
    ContentSigner signer = new JcaContentSignerBuilder("SHA256withECDSA").setProvider("BC").build(authorityKey.getPrivate());
    X509CertificateHolder authority =
        new JcaX509v3CertificateBuilder(authorityName, BigInteger.valueOf(1), FROM, TO, authorityName, authorityKey.getPublic()).build(signer);
    X509CertificateHolder person =
        new JcaX509v3CertificateBuilder(authorityName, BigInteger.valueOf(2), FROM, TO, holderName, holderKey.getPublic()).build(signer);
    write(folder.resolve("authority.pem"), authority);
    write(folder.resolve("holder.pem"), person);
    byte[] digest = MessageDigest.getInstance("SHA-256")
        .digest(SubjectPublicKeyInfo.getInstance(holderKey.getPublic().getEncoded()).getEncoded());
    AttributeCertificateHolder[] holders = {
        new AttributeCertificateHolder(person), new AttributeCertificateHolder(holderName),
        new AttributeCertificateHolder(ObjectDigestInfo.publicKey, NISTObjectIdentifiers.id_sha256,
            new ASN1ObjectIdentifier("1.2.3"), digest)};
    String[] names = {"by_base_certificate.pem", "by_name.pem", "by_key_digest.pem"};
    for (int i = 0; i < holders.length; ++i) {
      X509v2AttributeCertificateBuilder builder = new X509v2AttributeCertificateBuilder(
          holders[i], new AttributeCertificateIssuer(authorityName), BigInteger.valueOf(100 + i), FROM, TO);
      RoleSyntax role = new RoleSyntax(new GeneralName(GeneralName.uniformResourceIdentifier, "urn:yuxin:role:PSB:OFF"));
      builder.addAttribute(ROLE, role.toASN1Primitive());
      write(folder.resolve(names[i]), builder.build(signer));
    }
  }
}
