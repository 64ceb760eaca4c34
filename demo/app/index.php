<?php
/* The open first page of the demo application. */
require __DIR__ . '/lib/page.php';

page_start('A small application');
?>
<p>This page is open to everybody. The next one wants to know who you are. The application leaves
that to an OpenID Connect client (mod_auth_openidc), which asks the bridge, which asks an identity
provider that speaks SAML.</p>
<p><a class="button" id="login" href="/person/">Sign in</a></p>
<h2>Who can sign in</h2>
<table>
<tr><th>user</th><th>password</th><th>person</th></tr>
<?php foreach (json_decode(file_get_contents(__DIR__ . '/lib/persons.json'), true) as $person) { ?>
<tr><td><code><?= h($person['user']) ?></code></td><td><code><?= h($person['password']) ?></code></td>
<td><?= h($person['who']) ?></td></tr>
<?php } ?>
</table>
<?php
page_end();
