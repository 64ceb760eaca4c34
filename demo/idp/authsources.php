<?php
/* The demo persons of persons.json, with the level each is identified at as one more attribute,
 * which the rule in saml20-idp-hosted.php takes out again. */

$persons = [];
foreach (json_decode(file_get_contents(__DIR__ . '/persons.json'), true) as $person) {
    $persons[$person['user'] . ':' . $person['password']] =
        $person['attributes'] + ['demo-level' => [$person['level']]];
}

$config = ['demo-persons' => ['exampleauth:UserPass'] + $persons];
