<?php
/* The protected page: who signed in, how sure that is, the tokens, and the way here. */
require __DIR__ . '/../lib/page.php';
require __DIR__ . '/../lib/token.php';
require __DIR__ . '/../lib/steps.php';

$userinfo = json_decode($_SERVER['OIDC_userinfo_json'] ?? '{}', true) ?: [];
$idToken = $_SERVER['OIDC_id_token'] ?? '';
$accessToken = $_SERVER['OIDC_access_token'] ?? '';
$parts = explode('.', $idToken);
$claims = json_decode($_SERVER['OIDC_id_token_payload'] ?? '{}', true) ?: [];

page_start('Signed in');
?>
<h2>The person</h2>
<table id="person">
<?php foreach ($userinfo as $name => $value) { ?>
<tr><th><?= h((string) $name) ?></th>
<td data-claim="<?= h((string) $name) ?>"><?= h(is_string($value) ? $value
    : json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)) ?></td></tr>
<?php } ?>
</table>
<h2>The level of assurance</h2>
<p><span class="level" id="level"><?= h((string) ($claims['acr'] ?? 'none')) ?></span></p>
<h2>The steps of this login</h2>
<?php
$steps = steps_of_last_login((string) getenv('DEMO_STEPS'));
echo $steps ? steps_picture($steps) : '<p>No login is in the logs.</p>';
?>
<p>Times are what each server measured for the whole request. The person's own time at the form lies
between the steps.</p>
<h2>The ID token</h2>
<?php if (count($parts) === 3) { ?>
<p>Header</p><pre id="id-token-header"><?= h((string) jwt_part($parts[0])) ?></pre>
<p>Claims</p><pre id="id-token-claims"><?= h((string) jwt_part($parts[1])) ?></pre>
<table>
<?php foreach (jwt_times($parts[1]) as $name => $time) { ?>
<tr><th><?= h($name) ?></th><td><?= h($time) ?></td></tr>
<?php } ?>
</table>
<p>As it came</p><pre id="id-token"><?= h($idToken) ?></pre>
<?php } else { ?><p>There is none.</p><?php } ?>
<h2>The access token</h2>
<p>Opaque: only the bridge can say what it stands for.</p>
<pre id="access-token"><?= h($accessToken) ?></pre>
<p><a href="/callback?logout=<?= h(rawurlencode('https://' . $_SERVER['HTTP_HOST'] . '/')) ?>">Forget
this login in the application</a></p>
<?php
page_end();
