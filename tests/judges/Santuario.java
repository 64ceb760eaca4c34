// SPDX-License-Identifier: GPL-3.0-or-later
// Apache Santuario as a judge: it makes messages that we read, and reads ours.
//
//   Santuario sign KEY.pem SIGNATURE-URI DIGEST-URI ID [PREFIXES] < in > out
//   Santuario verify KEY.pub.pem ID < in                            exit 0 when the signature is good
//   Santuario encrypt KEY.pub.pem CONTENT-URI KEY-URI [DIGEST-URI [MGF-URI]] < in > out
//   Santuario decrypt KEY.pem < in > out
//
// Debian: libxml-security-java, libbcprov-java, default-jdk-headless. Run by tests/judges/santuario.
import java.io.InputStream;
import java.nio.file.*;
import java.security.*;
import java.security.spec.*;
import java.util.*;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.*;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.xml.security.Init;
import org.apache.xml.security.c14n.Canonicalizer;
import org.apache.xml.security.encryption.*;
import org.apache.xml.security.keys.KeyInfo;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.apache.xml.security.transforms.params.InclusiveNamespaces;
import org.w3c.dom.*;

public class Santuario {
    static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static final String XENC = "http://www.w3.org/2001/04/xmlenc#";
    static final String EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

    public static void main(String[] args) throws Exception {
        Security.insertProviderAt(new org.bouncycastle.jce.provider.BouncyCastleProvider(), 1);
        Init.init();
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document doc = factory.newDocumentBuilder().parse(System.in);
        switch (args[0]) {
        case "sign":
            sign(doc, privateKey(args[1]), args);
            break;
        case "verify":
            System.exit(verify(doc, publicKey(args[1]), args[2]) ? 0 : 1);
            break;
        case "encrypt":
            encrypt(doc, publicKey(args[1]), args);
            break;
        case "decrypt":
            decrypt(doc, privateKey(args[1]));
            break;
        default:
            throw new IllegalArgumentException(args[0]);
        }
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.transform(new DOMSource(doc), new StreamResult(System.out));
    }

    static byte[] der(String file) throws Exception {
        String text = new String(Files.readAllBytes(Paths.get(file)));
        return Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
    }

    static PrivateKey privateKey(String file) throws Exception {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der(file));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        }
    }

    static PublicKey publicKey(String file) throws Exception {
        X509EncodedKeySpec spec = new X509EncodedKeySpec(der(file));
        try {
            return KeyFactory.getInstance("RSA").generatePublic(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("EC").generatePublic(spec);
        }
    }

    static Element byId(Node node, String id) {
        if (node instanceof Element && id.equals(((Element) node).getAttribute("ID"))) {
            ((Element) node).setIdAttribute("ID", true);
            return (Element) node;
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            Element found = byId(child, id);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    static Element child(Element parent, String ns, String local) {
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element && ns.equals(n.getNamespaceURI()) && local.equals(n.getLocalName())) {
                return (Element) n;
            }
        }
        return null;
    }

    static void sign(Document doc, PrivateKey key, String[] args) throws Exception {
        Element element = byId(doc.getDocumentElement(), args[4]);
        XMLSignature signature = new XMLSignature(doc, "", args[2], EXC_C14N);
        Element issuer = child(element, SAML, "Issuer");
        element.insertBefore(signature.getElement(), issuer.getNextSibling());
        Transforms transforms = new Transforms(doc);
        transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
        if (args.length > 5) {
            transforms.addTransform(EXC_C14N, new InclusiveNamespaces(doc, args[5]).getElement());
        } else {
            transforms.addTransform(EXC_C14N);
        }
        signature.addDocument("#" + args[4], transforms, args[3]);
        signature.sign(key);
    }

    static boolean verify(Document doc, PublicKey key, String id) throws Exception {
        Element element = byId(doc.getDocumentElement(), id);
        XMLSignature signature = new XMLSignature(child(element, DS, "Signature"), "", true);
        return signature.checkSignatureValue(key);
    }

    static void encrypt(Document doc, PublicKey key, String[] args) throws Exception {
        int bits = args[2].contains("128") ? 128 : args[2].contains("192") ? 192 : 256;
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(bits);
        SecretKey contentKey = generator.generateKey();

        String digest = args.length > 4 ? args[4] : null;
        String mgf = args.length > 5 ? args[5] : null;
        XMLCipher wrap = XMLCipher.getInstance(args[3], null, digest);
        wrap.init(XMLCipher.WRAP_MODE, key);
        EncryptedKey encryptedKey = wrap.encryptKey(doc, contentKey, mgf, null);

        Element assertion = child(doc.getDocumentElement(), SAML, "Assertion");
        Element holder = doc.createElementNS(SAML, "saml2:EncryptedAssertion");
        assertion.getParentNode().replaceChild(holder, assertion);
        holder.appendChild(assertion);
        XMLCipher cipher = XMLCipher.getInstance(args[2]);
        cipher.init(XMLCipher.ENCRYPT_MODE, contentKey);
        EncryptedData data = cipher.getEncryptedData();
        KeyInfo info = new KeyInfo(doc);
        info.add(encryptedKey);
        data.setKeyInfo(info);
        cipher.doFinal(doc, assertion);
    }

    static void decrypt(Document doc, PrivateKey key) throws Exception {
        Element holder = child(doc.getDocumentElement(), SAML, "EncryptedAssertion");
        XMLCipher cipher = XMLCipher.getInstance();
        cipher.init(XMLCipher.DECRYPT_MODE, null);
        cipher.setKEK(key);
        cipher.doFinal(doc, child(holder, XENC, "EncryptedData"));
    }
}
