<?php
// screen.php - what every screen in PHP needs: settings, the request, pages, forms shown again.
// Written once, included by each (docs/replacing-a-screen.md).
declare(strict_types=1);

const BUSY = 'ただいま大変混み合っているか、点検中です。入力された内容はこの画面に残っています。しばらくしてから、もう一度送信してください。';

function parameter(string $name): string { return (string) ($_SERVER[$name] ?? ''); }

function settings(): array {
    $values = [];
    foreach (file(getenv('MAMIS_ENV_FILE') ?: '/etc/mamis/mamis.env') as $line) {
        if (preg_match('/^\s*([A-Z_]+)=(.*)$/', $line, $pair)) $values[$pair[1]] = trim($pair[2], " \t\r\n\"'");
    }
    return array_merge(['MAILS_PER_MINUTE' => 1, 'MAILS_PER_HOUR' => 5, 'CLIENT_MAILS_PER_HOUR' => 60,
        'ASSOCIATION_NAME' => '〇〇医師会', 'SYSTEM_NAME' => '会員情報システム', 'MAIL_REPLY_TO' => '',
        'MAIL_OFFICE' => '', 'DB_GROUP' => 'mamis'], $values, getenv());
}

/** A file of www/ with its parts put in. */
function page(string $name): string {
    return preg_replace_callback('~<!--#include virtual="/([^"]+)" -->\n?~',
        fn($part) => page($part[1]), file_get_contents($GLOBALS['settings']['WWW_DIR'] . "/$name"));
}

function answer(int $status, string $body = '', string ...$headers): never {
    http_response_code($status);
    foreach (['Cache-Control: no-store', 'Content-Type: text/html; charset=UTF-8', ...$headers] as $line) header($line);
    exit($body);
}

function refuse(int $status, string ...$headers): never {
    $number = htmlspecialchars(parameter('REQUEST_ID'));
    answer($status, preg_replace(['~<template.*?</template>~s', '~<slot name="enquiry_number">.*?</slot>~'],
        ['', $number], page("errors/$status.html")), ...$headers);
}

/** The form's fields; checks method, origin, size, type and encoding, in this order. */
function form(): array {
    if (parameter('REQUEST_METHOD') !== 'POST') refuse(405, 'Allow: POST');
    $site = parameter('HTTP_SEC_FETCH_SITE');
    if ($site !== '' ? !in_array($site, ['same-origin', 'none'], true)
        : parameter('HTTP_ORIGIN') !== $GLOBALS['settings']['BASE_URL']) refuse(403);
    if (!ctype_digit(parameter('CONTENT_LENGTH'))) refuse(400);
    if ((int) parameter('CONTENT_LENGTH') > 65536) refuse(413);
    $type = strtolower(trim(explode(';', parameter('CONTENT_TYPE'))[0]));
    if ($type !== 'application/x-www-form-urlencoded') refuse(415);
    $body = file_get_contents('php://input');
    if (strlen($body) !== (int) parameter('CONTENT_LENGTH') || preg_match('/%(?![0-9A-Fa-f]{2})/', $body)
        || !mb_check_encoding(urldecode($body), 'UTF-8')) refuse(400);
    $form = [];
    foreach (explode('&', $body) as $pair) {
        [$name, $value] = array_map('urldecode', explode('=', $pair, 2)) + [1 => ''];
        $form[$name] ??= $value;
    }
    return $form;
}

/** The same page: everything typed, what is wrong, and the summary above the form. */
function again(string $file, array $form, array $problems, int $status = 422): never {
    $page = new DOMDocument();
    libxml_use_internal_errors(true);
    $page->loadHTML(page($file));
    $find = fn($path) => iterator_to_array((new DOMXPath($page))->query($path));
    $page->getElementsByTagName('title')[0]->firstChild->insertData(0, 'エラー：');
    foreach ($find('//form//*[@name]') as $control) {
        $typed = $form[$name = $control->getAttribute('name')] ?? '';
        if ($control->tagName === 'textarea') $control->textContent = "\n" . str_replace("\r", '', $typed);
        elseif ($control->getAttribute('type') !== 'radio') $control->setAttribute('value', $typed);
        elseif ($control->getAttribute('value') === $typed) $control->setAttribute('checked', '');
        if (!isset($problems[$name])) continue;
        $control->setAttribute('aria-invalid', 'true');
        $control->setAttribute('aria-describedby', trim($control->getAttribute('aria-describedby') . " error-$name"));
    }
    [$box] = $find('//template[@id="problems"]/*');
    foreach ($problems as $name => $sentence) {
        [$item] = $find('//template[@id="' . ($name === '' ? 'problem-plain' : 'problem') . '"]/li');
        $list = $item->parentNode->parentNode;
        $item = $list->appendChild($item->cloneNode(true));
        $item->getElementsByTagName('slot')[0]->textContent = $sentence;
        if ($name === '') continue;
        $target = $find("//form//*[@name='$name']")[0]->getAttribute('id');
        $item->getElementsByTagName('a')[0]->setAttribute('href', "#$target");
        $place = $page->getElementById("error-$name");
        $place->removeAttribute('hidden');
        $place->textContent = $sentence;
    }
    $box->parentNode->parentNode->insertBefore($box, $box->parentNode);
    foreach ($find('//template') as $template) $template->remove();
    answer($status, $page->saveHTML(), ...($status === 503 ? ['Retry-After: 30'] : []));
}

/** Runs a screen: a database that is away gives the form back, any other error a page with a number. */
function run(string $page, Closure $post): never {
    try {
        $form = form();
        $post($form);
    } catch (Throwable $error) {
        // Its class and code only: a message may quote what somebody typed.
        error_log(sprintf('level=error program=%s request=%s reason=%s code=%s', basename($page, '.html'),
            parameter('REQUEST_ID'), $error::class, $error->getCode()));
        $code = $error instanceof PDOException ? $error->errorInfo[1] ?? $error->getCode() : 0;
        if (in_array($code, [1040, 1205, 1213, 2002, 2006, 2013], true)) again($page, $form, ['' => BUSY], 503);
        refuse(500);
    }
}

/** A connection as this database wants it: UTC, and nothing stored cut or bent. */
function database(): PDO {
    ['DB_OPTION_FILE' => $file, 'DB_GROUP' => $group] = $GLOBALS['settings'];
    $option = parse_ini_file($file, true, INI_SCANNER_RAW)[$group];
    $place = isset($option['socket']) ? "unix_socket={$option['socket']}"
        : "host={$option['host']};port=" . ($option['port'] ?? 3306);
    return new PDO("mysql:$place;dbname={$option['database']};charset=utf8mb4", $option['user'],
        $option['password'], [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_EMULATE_PREPARES => false, PDO::ATTR_TIMEOUT => 10, PDO::MYSQL_ATTR_INIT_COMMAND =>
        "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', innodb_lock_wait_timeout = 5"]);
}

$settings = settings();
