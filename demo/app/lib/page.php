<?php
/* The frame of the demo application's pages. */

declare(strict_types=1);

function h(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

function page_start(string $title): void
{
    header('Content-Type: text/html; charset=utf-8');
    ?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><?= h($title) ?></title>
<style>
body { font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1b2430; background: #f4f6f8;
       margin: 0 auto; padding: 1rem; max-width: 60rem; }
main { background: #fff; border: 1px solid #d5dce3; border-radius: 8px; padding: .5rem 1.5rem 1.5rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e4e9ee; }
th { font-weight: 600; white-space: nowrap; }
td { overflow-wrap: anywhere; }
pre { background: #f4f6f8; border: 1px solid #e4e9ee; border-radius: 6px; padding: .7rem; overflow-x: auto;
      white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.button { display: inline-block; background: #1d5fa8; color: #fff; text-decoration: none;
          padding: .6rem 1.4rem; border-radius: 6px; }
.level { display: inline-block; background: #e3f2e6; border: 1px solid #9bcda5; border-radius: 6px;
         padding: .1rem .6rem; }
svg { width: 100%; height: auto; }
</style>
</head>
<body><main>
<h1><?= h($title) ?></h1>
    <?php
}

function page_end(): void
{
    echo "</main></body>\n</html>\n";
}
