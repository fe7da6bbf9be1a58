// A client of EST over BouncyCastle: reads the authorities, enrols by HTTP Basic, and renews by certificate over TLS.
//
//   java -cp ... EstClient PORT ROOT.pem CLIENT SECRET HOST OUT     writes OUT-1.pem and OUT-2.pem, or ends with 3 and the reason
import java.io.FileInputStream;
import java.io.FileWriter;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.est.ESTAuth;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

public class EstClient {
  static int port;
  static X509TrustManager[] trusted;

  static JsseESTServiceBuilder service() {
    return new JsseESTServiceBuilder("localhost", port, trusted[0]);
  }

  static KeyPair newKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  static PKCS10CertificationRequest request(KeyPair key, String host) throws Exception {
    ExtensionsGenerator extensions = new ExtensionsGenerator();
    extensions.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(GeneralName.dNSName, host)));
    return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + host), key.getPublic())
        .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()));
  }

  static X509CertificateHolder only(Collection<X509CertificateHolder> certificates) {
    if (certificates.size() != 1) throw new IllegalStateException(certificates.size() + " certificates in the answer");
    return certificates.iterator().next();
  }

  static void write(X509CertificateHolder certificate, String file) throws Exception {
    try (FileWriter out = new FileWriter(file)) {
      out.write("-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
          + "\n-----END CERTIFICATE-----\n");
    }
  }

  static X509Certificate read(X509CertificateHolder holder) throws Exception {
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new java.io.ByteArrayInputStream(holder.getEncoded()));
  }

  public static void main(String[] words) throws Exception {
    java.security.Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
    port = Integer.parseInt(words[0]);
    X509Certificate root;
    try (FileInputStream in = new FileInputStream(words[1])) {
      root = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    trusted = JcaJceUtils.getCertPathTrustManager(Collections.singleton(new TrustAnchor(root, null)), null);
    String host = words[4];
    String out = words[5];
    try {
      ESTService plain = service().build();
      int authorities = plain.getCACerts().getCertificateStore().getMatches(null).size();
      if (authorities < 2) throw new IllegalStateException("cacerts has " + authorities + " certificates");
      // not JcaHttpAuthBuilder: its client gives up on a challenge that has a body
      String basic = "Basic " + Base64.getEncoder().encodeToString((words[2] + ":" + words[3]).getBytes("UTF-8"));
      ESTAuth secret = builder -> builder.addHeader("Authorization", basic);
      KeyPair key = newKey();
      EnrollmentResponse enrolled = plain.simpleEnroll(false, request(key, host), secret);
      X509CertificateHolder first = only(enrolled.getStore().getMatches(null));
      write(first, out + "-1.pem");

      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("own", key.getPrivate(), new char[0], new Certificate[] {read(first)});
      KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
      keys.init(store, new char[0]);
      ESTService shown = service().withKeyManagers(keys.getKeyManagers()).build();
      X509CertificateHolder second = only(shown.simpleEnroll(true, request(newKey(), host), null).getStore().getMatches(null));
      write(second, out + "-2.pem");
    } catch (ESTException refused) {
      System.err.println(refused.getMessage());
      System.exit(3);
    }
  }
}
