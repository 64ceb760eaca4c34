<?php
/* The demo's identity provider: signed requests are demanded, Response and Assertion are signed,
 * the assertion is encrypted (EncryptedAssertion.php says how). */

$bindings = [
    'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
    'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
];

$metadata[getenv('DEMO_IDP_URL') . '/simplesaml/saml2/idp/metadata.php'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'auth' => 'demo-persons',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'validate.authnrequest' => true,
    'redirect.sign' => true,
    'redirect.validate' => true,
    'sign.logout' => true,
    'validate.logout' => true,
    'saml20.sign.response' => true,
    'saml20.sign.assertion' => true,
    'assertion.encryption' => true,
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
    'SingleSignOnServiceBinding' => $bindings,
    'SingleLogoutServiceBinding' => $bindings,
    'authproc' => [
        /* The level the person was really identified at goes out, whatever was asked: to refuse
         * one that is too low is the bridge's part. */
        50 => [
            'class' => 'core:PHP',
            'code' => '
                $state["saml:AuthnContextClassRef"] = $attributes["demo-level"][0];
                unset($attributes["demo-level"]);
            ',
        ],
    ],
];
