// Judges and makes cryptographic messages with BouncyCastle. Each argument names a file of jobs, one a line, fields
// parted by blanks; for each job one line is printed: "ok" or "FAIL" with the reason, and the job.
//
//   verify MESSAGE CONTENT                    attached: the content must be that of the file
//   verify-detached MESSAGE CONTENT
//   sign ALGORITHM CERTIFICATE KEY CONTENT MESSAGE attached|detached|bare     bare: attached without signed attributes
//   encrypt oaep|pkcs1|ecdh CERTIFICATE CONTENT MESSAGE
//   decrypt MESSAGE CERTIFICATE KEY CONTENT
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaAlgorithmParametersConverter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.util.Store;

public class BouncyMessages {
    static byte[] read(String file) throws Exception { return Files.readAllBytes(Path.of(file)); }
    static void write(String file, byte[] octets) throws Exception { Files.write(Path.of(file), octets); }
    static void require(boolean holds, String why) throws Exception { if (!holds) throw new Exception(why); }

    static X509Certificate certificate(String file) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(Files.newInputStream(Path.of(file)));
    }

    static PrivateKey key(String file) throws Exception {
        byte[] pkcs8 = read(file);
        String algorithm = PrivateKeyInfo.getInstance(pkcs8).getPrivateKeyAlgorithm().getAlgorithm().getId();
        return KeyFactory.getInstance(algorithm, "BC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    @SuppressWarnings("unchecked")
    static void verify(CMSSignedData message, byte[] content) throws Exception {
        Store<X509CertificateHolder> certificates = message.getCertificates();
        require(message.getSignerInfos().size() > 0, "no signer");
        for (SignerInformation signer : message.getSignerInfos().getSigners()) {
            var found = certificates.getMatches(signer.getSID());
            require(!found.isEmpty(), "no certificate");
            var verifier = new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build((X509CertificateHolder) found.iterator().next());
            require(signer.verify(verifier), "the signature does not verify");
        }
        if (content != null) require(Arrays.equals((byte[]) message.getSignedContent().getContent(), content), "other content");
    }

    static byte[] sign(String algorithm, X509Certificate certificate, PrivateKey key, byte[] content, String how) throws Exception {
        var infos = new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().setProvider("BC").build());
        infos.setDirectSignature(how.equals("bare"));
        var generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(infos.build(new JcaContentSignerBuilder(algorithm).setProvider("BC").build(key), certificate));
        generator.addCertificates(new JcaCertStore(List.of(certificate)));
        return generator.generate(new CMSProcessableByteArray(content), !how.equals("detached")).getEncoded();
    }

    static byte[] encrypt(String how, X509Certificate certificate, byte[] content) throws Exception {
        var generator = new CMSEnvelopedDataGenerator();
        if (how.equals("ecdh")) {
            var pairs = KeyPairGenerator.getInstance("EC", "BC");
            pairs.initialize(((ECPublicKey) certificate.getPublicKey()).getParams());
            KeyPair own = pairs.generateKeyPair();
            generator.addRecipientInfoGenerator(
                new JceKeyAgreeRecipientInfoGenerator(CMSAlgorithm.ECDH_SHA384KDF, own.getPrivate(), own.getPublic(), CMSAlgorithm.AES256_WRAP)
                    .addRecipient(certificate).setProvider("BC"));
        } else if (how.equals("oaep")) {
            var spec = new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);
            AlgorithmIdentifier oaep =
                new JcaAlgorithmParametersConverter().getAlgorithmIdentifier(PKCSObjectIdentifiers.id_RSAES_OAEP, spec);
            generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(certificate, oaep).setProvider("BC"));
        } else {
            generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(certificate).setProvider("BC"));
        }
        var cipher = new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).setProvider("BC").build();
        return generator.generate(new CMSProcessableByteArray(content), cipher).getEncoded();
    }

    static byte[] decrypt(byte[] octets, X509Certificate certificate, PrivateKey key) throws Exception {
        boolean rsa = key.getAlgorithm().equals("RSA");
        var holder = new X509CertificateHolder(certificate.getEncoded());
        for (RecipientInformation recipient : new CMSEnvelopedData(octets).getRecipientInfos().getRecipients()) {
            if (!recipient.getRID().match(holder)) continue;
            Recipient way = rsa ? new JceKeyTransEnvelopedRecipient(key).setProvider("BC") : new JceKeyAgreeEnvelopedRecipient(key).setProvider("BC");
            return recipient.getContent(way);
        }
        throw new Exception("not for this certificate");
    }

    static void run(String[] job) throws Exception {
        switch (job[0]) {
            case "verify" -> verify(new CMSSignedData(read(job[1])), read(job[2]));
            case "verify-detached" -> verify(new CMSSignedData(new CMSProcessableByteArray(read(job[2])), read(job[1])), null);
            case "sign" -> write(job[5], sign(job[1], certificate(job[2]), key(job[3]), read(job[4]), job[6]));
            case "encrypt" -> write(job[4], encrypt(job[1], certificate(job[2]), read(job[3])));
            case "decrypt" -> require(Arrays.equals(decrypt(read(job[1]), certificate(job[2]), key(job[3])), read(job[4])), "other content");
            default -> throw new Exception("no such job");
        }
    }

    public static void main(String[] files) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        for (String file : files) {
            for (String line : Files.readAllLines(Path.of(file))) {
                try {
                    run(line.split(" "));
                    System.out.println("ok " + line);
                } catch (Exception e) {
                    System.out.println("FAIL (" + e + ") " + line);
                }
            }
        }
    }
}
