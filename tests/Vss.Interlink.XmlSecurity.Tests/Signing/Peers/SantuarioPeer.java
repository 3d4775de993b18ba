import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.*;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.xml.security.Init;
import org.apache.xml.security.signature.ObjectContainer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.utils.XMLUtils;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.w3c.dom.*;

/**
 * Apache Santuario behind lines: a request on standard input, fields by tabs, gets one line on standard output.
 * verify FILE CERTIFICATE: "valid", or "invalid" and why, of the last ds:Signature in document order that is in no other one.
 * sign FILE OUT KEY CERTIFICATE KIND SIGNATURE_METHOD DIGEST_METHOD C14N_METHOD: "done".
 */
public final class SantuarioPeer {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());   // for RSASSA-PSS under the names that Santuario asks for
        Init.init();
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line; (line = requests.readLine()) != null; ) {
            try {
                var fields = line.split("\t", -1);
                answers.println(fields[0].equals("verify") ? verify(fields) : sign(fields));
            } catch (Exception failure) {
                answers.println("invalid " + failure.toString().replaceAll("\\s+", " "));
            }
        }
    }

    private static String verify(String[] fields) throws Exception {
        var file = new File(fields[1]);
        var document = load(file);
        var all = document.getElementsByTagNameNS(DS, "Signature");
        Element element = null;
        for (int index = 0; index < all.getLength(); index++) {
            if (!isWithinSignature(all.item(index))) element = (Element) all.item(index);
        }

        var signature = new XMLSignature(element, file.toURI().toString(), false);
        return signature.checkSignatureValue(certificate(fields[2])) ? "valid" : "invalid the value or a digest";
    }

    private static String sign(String[] fields) throws Exception {
        var file = new File(fields[1]);
        var kind = fields[5];
        var content = load(file);
        var document = kind.equals("enveloped") || kind.equals("element") ? content : XMLUtils.newDocument();
        var signature = new XMLSignature(document, file.toURI().toString(), fields[6], fields[8]);
        var transforms = new Transforms(document);
        switch (kind) {
            case "enveloped" -> {
                document.getDocumentElement().appendChild(signature.getElement());
                transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
                transforms.addTransform(fields[8]);
                signature.addDocument("", transforms, fields[7]);
            }
            case "element" -> {
                document.getDocumentElement().appendChild(signature.getElement());
                transforms.addTransform(fields[8]);
                signature.addDocument("#signed", transforms, fields[7]);
            }
            case "enveloping" -> {
                document.appendChild(signature.getElement());
                var container = new ObjectContainer(document);
                container.setId("carried");
                container.appendChild(document.importNode(content.getDocumentElement(), true));
                signature.appendObject(container);
                transforms.addTransform(fields[8]);
                signature.addDocument("#carried", transforms, fields[7]);
            }
            case "detached" -> {
                document.appendChild(signature.getElement());
                signature.addDocument(file.getName(), null, fields[7]);
            }
            default -> throw new IllegalArgumentException(kind);
        }

        signature.addKeyInfo(certificate(fields[4]));
        signature.sign(key(fields[3], fields[6]));
        try (var out = new FileOutputStream(fields[2])) {
            XMLUtils.outputDOM(document, out);
        }

        return "done";
    }

    private static boolean isWithinSignature(Node node) {
        for (var at = node.getParentNode(); at != null; at = at.getParentNode()) {
            if ("Signature".equals(at.getLocalName()) && DS.equals(at.getNamespaceURI())) return true;
        }

        return false;
    }

    private static Document load(File file) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        var document = factory.newDocumentBuilder().parse(file);
        var elements = document.getElementsByTagNameNS("*", "*");
        for (int index = 0; index < elements.getLength(); index++) {
            var element = (Element) elements.item(index);
            var attributes = element.getAttributes();
            for (int at = 0; at < attributes.getLength(); at++) {
                var attribute = (Attr) attributes.item(at);
                var name = attribute.getLocalName() == null ? attribute.getName() : attribute.getLocalName();
                if (name.equalsIgnoreCase("id")) element.setIdAttributeNode(attribute, true);
            }
        }

        return document;
    }

    private static X509Certificate certificate(String file) throws Exception {
        try (var in = new FileInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static PrivateKey key(String file, String signatureMethod) throws Exception {
        var pem = Files.readString(Path.of(file)).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance(signatureMethod.contains("ecdsa") ? "EC" : "RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }
}
