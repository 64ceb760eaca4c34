<?php
/* Assertions encrypted with AES-256-GCM.
 *
 * The saml2 library that SimpleSAMLphp 1.19 brings always chooses AES-128-CBC when it encrypts for a
 * certificate. config.php loads this class before the autoloader would look for that one of the same
 * name; an identity provider only ever writes assertions, so reading is left out. The content key is
 * still transported with RSA-OAEP as the library asks for it (mgf1p, SHA-1). */

declare(strict_types=1);

namespace SAML2;

use RobRichards\XMLSecLibs\XMLSecEnc;
use RobRichards\XMLSecLibs\XMLSecurityKey;

class EncryptedAssertion
{
    /** @var \DOMElement|null  The xenc:EncryptedData, once made. */
    private $encrypted = null;

    public function __construct(\DOMElement $element = null)
    {
        if ($element !== null) {
            throw new \Exception('The demo identity provider reads no encrypted assertions.');
        }
    }

    public function setAssertion(Assertion $assertion, XMLSecurityKey $transport): void
    {
        $content = new XMLSecurityKey(XMLSecurityKey::AES256_GCM);
        $content->generateSessionKey();

        $encryption = new XMLSecEnc();
        $encryption->type = XMLSecEnc::Element;
        $encryption->setNode($assertion->toXML());
        $encryption->encryptKey($transport, $content);
        $this->encrypted = $encryption->encryptNode($content);
    }

    public function toXML(\DOMNode $parent = null): \DOMElement
    {
        $parent = $parent ?? DOMDocumentFactory::create();
        $document = $parent instanceof \DOMDocument ? $parent : $parent->ownerDocument;
        $element = $document->createElementNS(Constants::NS_SAML, 'saml:EncryptedAssertion');
        $parent->appendChild($element);
        $element->appendChild($document->importNode($this->encrypted, true));
        return $element;
    }
}
