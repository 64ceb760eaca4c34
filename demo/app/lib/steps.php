<?php
/* The steps of the login just made, read from the access logs of the three servers, and a picture of
 * them. Each log line is: arrival in microseconds since the epoch, duration in microseconds, method,
 * path, status; separated by tabs. */

declare(strict_types=1);

const SERVERS = ['app' => 'application', 'bridge' => 'bridge', 'idp' => 'identity provider'];

/* What a request was for, and who made it. Null: not a step of a login (pictures, styles). */
function step_meaning(string $server, string $method, string $path, int $status): ?array
{
    $known = [
        'app' => [
            '~^/person/?$~' => $status === 302 ? ['browser', 'wants the page; is sent to the bridge']
                                              : null,
            '~^/callback$~' => ['browser', 'brings the code'],
        ],
        'bridge' => [
            '~/authorize$~' => ['browser', 'authorize: a signed AuthnRequest is made'],
            '~/saml/acs$~' => ['browser', 'brings the Response: checked, a code is made'],
            '~/token$~' => ['application', 'token: code for ID token and access token'],
            '~/userinfo$~' => ['application', 'userinfo: access token for claims'],
            '~/jwks$~' => ['application', 'fetches the keys'],
            '~/openid-configuration$~' => ['application', 'fetches the discovery document'],
        ],
        'idp' => [
            '~/SSOService\.php$~' => ['browser', 'brings the AuthnRequest'],
            '~/loginuserpass\.php$~' => $method === 'POST'
                ? ['browser', 'name and password; Response is made'] : ['browser', 'login form'],
        ],
    ];
    foreach ($known[$server] as $pattern => $meaning) {
        if (preg_match($pattern, $path)) {
            return $meaning;
        }
    }
    return null;
}

/* All steps in the logs, in order of arrival. */
function steps_read(string $folder): array
{
    $steps = [];
    foreach (array_keys(SERVERS) as $server) {
        foreach (@file("$folder/$server.log", FILE_IGNORE_NEW_LINES) ?: [] as $line) {
            $fields = explode("\t", $line);
            if (count($fields) !== 5) {
                continue;
            }
            [$start, $took, $method, $path, $status] = $fields;
            $meaning = step_meaning($server, $method, $path, (int) $status);
            if ($meaning !== null) {
                $steps[] = ['server' => $server, 'start' => (int) $start, 'took' => (int) $took,
                            'path' => $path, 'from' => $meaning[0], 'what' => $meaning[1]];
            }
        }
    }
    usort($steps, fn ($a, $b) => $a['start'] <=> $b['start']);
    return $steps;
}

/* The last login: from the last time the application sent a browser to the bridge. */
function steps_of_last_login(string $folder): array
{
    $steps = steps_read($folder);
    $first = null;
    foreach ($steps as $i => $step) {
        if ($step['server'] === 'app' && strpos($step['path'], '/person') === 0) {
            $first = $i;
        }
    }
    return $first === null ? [] : array_slice($steps, $first);
}

/* A sequence picture: one column for the browser and for each server, one row for each request, with
 * how long the server took. */
function steps_picture(array $steps): string
{
    $column = ['browser' => 60, 'application' => 190, 'bridge' => 320, 'identity provider' => 450];
    $row = 34;
    $height = 60 + $row * count($steps);
    $svg = "<svg id=\"steps\" viewBox=\"0 0 960 $height\" role=\"img\" aria-label=\"The steps of this login\""
         . ' font-family="system-ui, DejaVu Sans, sans-serif" font-size="13">';
    foreach ($column as $name => $x) {
        $svg .= "<line x1=\"$x\" y1=\"34\" x2=\"$x\" y2=\"" . ($height - 10) . '" stroke="#c3ccd5"/>'
              . "<rect x=\"" . ($x - 58) . '" y="8" width="116" height="26" rx="5" fill="#e8eef5" stroke="#9fb3c8"/>'
              . "<text x=\"$x\" y=\"25\" text-anchor=\"middle\">$name</text>";
    }
    $longest = max(1, ...array_column($steps, 'took'));
    $origin = $steps[0]['start'];
    foreach ($steps as $i => $step) {
        $y = 60 + $row * $i;
        $from = $column[$step['from']];
        $to = $column[SERVERS[$step['server']]];
        $back = $to > $from ? -7 : 7;
        $tip = $to + $back;
        $width = max(2, (int) round(150 * $step['took'] / $longest));
        $svg .= "<line x1=\"$from\" y1=\"$y\" x2=\"$tip\" y2=\"$y\" stroke=\"#1d5fa8\" stroke-width=\"2\"/>"
              . "<path d=\"M$to $y l$back -5 v10 z\" fill=\"#1d5fa8\"/>"
              . '<text x="520" y="' . ($y - 3) . '">' . ($i + 1) . '. ' . h($step['what']) . '</text>'
              . '<rect x="520" y="' . ($y + 2) . "\" width=\"$width\" height=\"8\" fill=\"#7fb08a\"/>"
              . '<text x="' . (528 + $width) . '" y="' . ($y + 11) . '" font-size="11" fill="#4a5866">'
              . sprintf('%.1f ms, %.2f s after the start', $step['took'] / 1e3, ($step['start'] - $origin) / 1e6)
              . '</text>';
    }
    return $svg . '</svg>';
}
