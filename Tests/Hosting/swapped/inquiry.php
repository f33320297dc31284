<?php
// inquiry - take a question to the secretariat: the handler `inquiry`, written anew for PHP-FPM.
//
//   POST /inquiry  303 /inquiry/sent, or 422, 503: the same page with what was typed
//
// A worked example of docs/replacing-a-screen.md: php-fpm php-mysql php-xml php-mbstring. The pool
// sets MAMIS_ENV_FILE, and DB_OPTION_FILE and DB_GROUP of a database user of its own (inquiry.sql).
declare(strict_types=1);
require __DIR__ . '/screen.php';

const CATEGORIES = ['login' => 'ログインできない', 'postcard' => 'ハガキが見当たらない',
    'registration' => '利用者登録', 'other' => 'その他'];


/** The values in their normal form; what is wrong goes into $problems. */
function check(array $form, array &$problems): array {
    $text = fn($name) => preg_replace('/^[\s\p{Z}]+|[\s\p{Z}]+$/u', '', str_replace(["\r\n", "\r"], "\n", $form[$name] ?? ''));
    $length = fn($value) => preg_match_all('/\X/u', $value);
    $value = ['name' => $text('name'), 'category' => $text('category'), 'body' => $text('body'),
        'email' => preg_replace('/\p{Pd}/u', '-', mb_convert_kana($text('email'), 'a'))];
    $phone = preg_replace('/[\p{Pd}ー]/u', '-', mb_convert_kana($text('phone'), 'as'));
    $phone = preg_replace('/^\(?\+81[-() ]*0*[-() ]*/', '0', $phone);
    $value['phone'] = trim(preg_replace('/[-() ]+/', '-', $phone), '-');
    $odd = '/(?![\n\t])\p{Cc}|[\x{061c}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]/u';
    $label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
    if ($value['name'] === '') $problems['name'] = 'お名前を入力してください。';
    elseif ($length($value['name']) > 64 || preg_match($odd, $value['name']) || strpbrk($value['name'], "\n\t") !== false)
        $problems['name'] = 'お名前は、特殊な文字を除いて64文字以内で入力してください。';
    if ($value['email'] === '') $problems['email'] = 'メールアドレスを入力してください。';
    elseif (strlen($value['email']) > 254 || !preg_match(
        "~^[A-Za-z0-9.!#$%&'*+/=?^_`{|}\~-]{1,64}@(?:$label\.)+(?!\d+$)$label$~D", $value['email']))
        $problems['email'] = 'メールアドレスは、「name@example.jp」のような形で、半角で入力してください。';
    if ($value['phone'] !== '' && (!preg_match('/^[\d-]{10,15}$/D', $value['phone']) || preg_match_all('/\d/', $value['phone']) < 10))
        $problems['phone'] = '電話番号は、市外局番からの番号を、数字とハイフンで15文字以内で入力してください（例：090-1234-5678）。';
    if (!isset(CATEGORIES[$value['category']])) $problems['category'] = 'お問い合わせの種類を選んでください。';
    if ($value['body'] === '') $problems['body'] = 'お問い合わせの内容を入力してください。';
    elseif ($length($value['body']) > 2000 || preg_match($odd, $value['body']))
        $problems['body'] = 'お問い合わせの内容は、特殊な文字を除いて2,000文字以内で入力してください。';
    return $value;
}

/** Whether one more mail may go to this address; counts it if so. The rows are locked until COMMIT. */
function admitMail(Closure $run, string $email): bool {
    $subjects = [sodium_crypto_generichash("mail:inquiry\0" . strtolower($email)),
        sodium_crypto_generichash("mails:inquiry\0" . parameter('REMOTE_ADDR'))];
    foreach ($subjects as $subject)
        $run('INSERT INTO throttle_subjects (subject, at) VALUES (?, NOW(3)) ON DUPLICATE KEY UPDATE at = NOW(3)', $subject);
    [[$minute, $hour], [, $byClient]] = array_map(fn($subject) => $run(
        'SELECT COALESCE(SUM(at > NOW(3) - INTERVAL 1 MINUTE), 0), COUNT(*) FROM throttle_events
         WHERE subject = ? AND at > NOW(3) - INTERVAL 1 HOUR', $subject)->fetch(), $subjects);
    $most = $GLOBALS['settings'];
    if ($minute >= $most['MAILS_PER_MINUTE'] || $hour >= $most['MAILS_PER_HOUR']
        || $byClient >= $most['CLIENT_MAILS_PER_HOUR']) return false;
    foreach ($subjects as $subject) $run('INSERT INTO throttle_events (subject, at) VALUES (?, NOW(3))', $subject);
    return true;
}

function addMail(Closure $run, string $kind, string $to, string $subject, string $text): void {
    ['ASSOCIATION_NAME' => $association, 'SYSTEM_NAME' => $system, 'BASE_URL' => $base] = $GLOBALS['settings'];
    // Below a link to a page of ours stands its address.
    $html = preg_replace('#<a href="(/[^"]*)">(.*?)</a>#', "$2\n$base$1", page('parts/contact.html'));
    $contact = implode("\n", array_filter(array_map('trim', explode("\n",
        html_entity_decode(strip_tags($html))))));
    $answer = $GLOBALS['settings']['MAIL_REPLY_TO'] === '' ? "このメールは送信専用です。返信いただいてもお答えできません。\n" : '';
    $foot = $answer . str_repeat('-', 40) . "\n$association\n$system\n$base/\n\n$contact\n\n";
    $run("INSERT INTO outbox (message_id, kind, recipient, subject, body, state, next_attempt_at, created_at)
          VALUES (?, ?, ?, ?, ?, 'waiting', UTC_TIMESTAMP(), UTC_TIMESTAMP())",
        bin2hex(random_bytes(16)), $kind, $to, "【{$system}】$subject", "$text\n\n$foot");
}

/** Keeps the inquiry and writes its mails, in one transaction. */
function keep(array $inquiry, PDO $database): void {
    $run = function (string $sql, mixed ...$values) use ($database): PDOStatement {
        ($statement = $database->prepare($sql))->execute($values);
        return $statement;
    };
    ['BASE_URL' => $base, 'MAIL_OFFICE' => $office] = $GLOBALS['settings'];
    $cookie = $_COOKIE[str_starts_with($base, 'https:') ? '__Host-session' : 'session'] ?? '';
    $account = $run('SELECT s.account_id FROM sessions s JOIN accounts a ON a.id = s.account_id
        WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > NOW() AND a.suspended_at IS NULL
          AND s.seen_at > NOW() - INTERVAL s.idle_seconds SECOND', sodium_crypto_generichash((string) $cookie))->fetchColumn();
    $database->beginTransaction();
    $run('INSERT INTO inquiries (account_id, name, email, phone, category, body, client_address, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, NOW())', $account ?: null, $inquiry['name'], $inquiry['email'],
        $inquiry['phone'], $inquiry['category'], $inquiry['body'], parameter('REMOTE_ADDR'));
    $number = $database->lastInsertId();
    if (admitMail($run, $inquiry['email'])) {
        addMail($run, 'inquiry_received', $inquiry['email'], 'お問合せを受け付けました', <<<END
            お問合せをいただき、ありがとうございます。
            次の番号で受け付けました。

            受付番号：$number

            担当者が確認し、あらためてご連絡します。
            お急ぎの場合は、お電話で下記までお問い合わせください。

            お心当たりのない場合は、このメールを破棄してください。
            END);
        $label = CATEGORIES[$inquiry['category']];
        $phone = $inquiry['phone'] ?: '（記入なし）';
        if ($office !== '') addMail($run, 'inquiry_for_office', $office, "お問合せ（受付番号{$number}）", <<<END
            お問合せがありました。

            受付番号：$number
            種類：$label
            氏名：{$inquiry['name']}
            メールアドレス：{$inquiry['email']}
            電話番号：$phone

            回答と対応の記録は、次のページからお願いします。

            $base/secretariat/inquiries/$number

            お問合せの内容：

            {$inquiry['body']}
            END);
    }
    $database->commit();
}

run('inquiry.html', function (array $form): never {
    $problems = [];
    $inquiry = check($form, $problems);
    if ($problems) again('inquiry.html', $form, $problems);
    keep($inquiry, database());
    answer(303, '', 'Location: /inquiry/sent');
});
