<?php
/* Tokens made readable. Nothing is verified here: mod_auth_openidc has done that. */

declare(strict_types=1);

/* One part of a JWT as indented JSON, or null when it is not JSON. */
function jwt_part(string $part): ?string
{
    $json = json_decode((string) base64_decode(strtr($part, '-_', '+/'), false));
    if ($json === null) {
        return null;
    }
    return json_encode($json, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
}

/* The times in a token's claims, in words: claim name => "2026-11-21 10:00:00 UTC". */
function jwt_times(string $part): array
{
    $claims = json_decode((string) base64_decode(strtr($part, '-_', '+/'), false), true) ?: [];
    $times = [];
    foreach (['auth_time', 'iat', 'nbf', 'exp'] as $name) {
        if (isset($claims[$name]) && is_int($claims[$name])) {
            $times[$name] = gmdate('Y-m-d H:i:s', $claims[$name]) . ' UTC';
        }
    }
    return $times;
}
