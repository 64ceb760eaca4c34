<?php
/* SimpleSAMLphp's configuration for the demo: what differs from its defaults. The addresses and
 * folders come from the environment that the demo gives to its private php-fpm. */

require_once __DIR__ . '/EncryptedAssertion.php';

$run = getenv('DEMO_RUN');
$sources = [['type' => 'flatfile']];
if (is_file("$run/idp/bridge-metadata.xml")) {
    $sources[] = ['type' => 'xml', 'file' => "$run/idp/bridge-metadata.xml"];
}

$config = [
    'baseurlpath' => getenv('DEMO_IDP_URL') . '/simplesaml/',
    'certdir' => "$run/idp/cert/",
    'loggingdir' => "$run/idp/log/",
    'datadir' => "$run/idp/data/",
    'tempdir' => "$run/idp/tmp/",
    'metadatadir' => "$run/idp/config/metadata/",
    'secretsalt' => trim(file_get_contents("$run/idp/cert/salt")),
    'auth.adminpassword' => bin2hex(random_bytes(16)),
    'technicalcontact_email' => 'na@example.org',
    'timezone' => 'UTC',
    'admin.checkforupdates' => false,
    'showerrors' => true,
    'errorreporting' => false,
    'debug' => ['saml' => false, 'backtraces' => true, 'validatexml' => false],
    'logging.handler' => 'file',
    'logging.level' => SimpleSAML\Logger::INFO,
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'store.type' => 'phpsession',
    'session.cookie.name' => 'DemoIdPSessionID',
    'session.cookie.secure' => true,
    'session.cookie.samesite' => 'None',
    'session.phpsession.cookiename' => 'DemoIdP',
    'session.phpsession.savepath' => "$run/idp/sessions",
    'language.available' => ['en', 'fi', 'sv'],
    'language.default' => 'en',
    'metadata.sources' => $sources,
    'production' => true,
];
