// Judges time stamps with BouncyCastle: java -cp ... BouncyTimeStamps.java CERTIFICATE (REQUEST RESPONSE)...
import java.io.FileReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

public class BouncyTimeStamps {
  public static void main(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    X509CertificateHolder tsa = (X509CertificateHolder) new PEMParser(new FileReader(args[0])).readObject();
    for (int i = 1; i < args.length; i += 2) {
      TimeStampRequest request = new TimeStampRequest(Files.readAllBytes(Path.of(args[i])));
      TimeStampResponse response = new TimeStampResponse(Files.readAllBytes(Path.of(args[i + 1])));
      response.validate(request);
      TimeStampToken token = response.getTimeStampToken();
      token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(tsa));
      System.out.println("good " + token.getTimeStampInfo().getGenTime().getTime() / 1000 + " "
          + token.getTimeStampInfo().getSerialNumber().toString(16) + " " + token.getCertificates().getMatches(null).size());
    }
  }
}
