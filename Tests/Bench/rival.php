<?php
// rival - the same page by plain PHP: the same statements, the same bytes, $_POST read by PHP.
//
// RIVAL_PLAN names a file made by recording.py, which the opcode cache keeps: what floor.c reads
// from .answer and .plan, as an array. The connection is persistent; PDO sends each statement with its
// values in one round trip, as it does by default.

function connect(array $plan): PDO
{
    $database = new PDO($plan['dsn'], $plan['user'], $plan['password'], [
        PDO::ATTR_PERSISTENT => true, PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    ]);
    return $database;
}

function value(string $spec, int|string|null $account, string $secret): mixed
{
    $login = $_POST['login_id'] ?? '';
    return match ($spec[0]) {
        'h' => sodium_crypto_generichash($secret),
        'r' => random_bytes(32),
        'a' => (int)$account,
        'n' => null,
        'l' => $login,
        'c' => $_SERVER['REMOTE_ADDR'],
        'u' => $_SERVER['HTTP_USER_AGENT'] ?? '',
        'B' => sodium_crypto_generichash("login\0" . $login),
        'C' => sodium_crypto_generichash("client\0" . $_SERVER['REMOTE_ADDR']),
        'i' => (int)substr($spec, 1),
        default => hex2bin(substr($spec, 1)),
    };
}

$plan = require $_SERVER['RIVAL_PLAN'];
$secret = $_POST['token'] ?? $_COOKIE['session'] ?? '';
$account = null;
$hash = '';
if ($plan['steps']) {
    $database = connect($plan);
}
foreach ($plan['steps'] as [$kind, $specs, $sql]) {
    if ($kind === 'q') {
        $database->exec($sql);
        continue;
    }
    if ($kind === 'v') {
        sodium_crypto_pwhash_str_verify($hash, $_POST['password'] ?? '');
        continue;
    }
    $statement = $database->prepare($sql);
    foreach ($specs as $place => $spec) {
        $bound = value($spec, $account, $secret);
        $type = match (true) {
            is_int($bound) => PDO::PARAM_INT,
            is_null($bound) => PDO::PARAM_NULL,
            default => PDO::PARAM_STR,
        };
        $statement->bindValue($place + 1, $bound, $type);
    }
    $statement->execute();
    if ($statement->columnCount() > 0) {
        $rows = $statement->fetchAll();
        $account ??= $rows[0]['account_id'] ?? $rows[0]['id'] ?? null;
        $hash = $rows[0]['password_hash'] ?? $hash;
    }
}
http_response_code($plan['status']);
foreach ($plan['headers'] as $line) {
    header($line);
}
echo $plan['body'];
