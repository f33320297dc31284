// Every page loads this module; it loads what the page has a use for. Without it all pages work.

/** Loads a module where the page has what it serves, and starts it with what was found. */
async function serve(selector, path) {
  const found = [...document.querySelectorAll(selector)];
  if (found.length > 0) (await import(path)).start(found);
}

// A page that came back with problems begins at the list of them.
document.getElementById('problems-box')?.focus();

// A closed part never hides what was typed into it, or what is wrong there.
for (const details of document.querySelectorAll('details')) {
  const filled = [...details.querySelectorAll('input')].some(
    (input) => input.value !== '' || input.getAttribute('aria-invalid') === 'true');
  if (filled) details.open = true;
}

// A menu tells where one is: its longest address that this page's address begins with.
for (const menu of document.querySelectorAll('.menu, .office-nav')) {
  const above = [...menu.querySelectorAll('a')].filter(
    (link) => `${location.pathname}/`.startsWith(`${link.pathname}/`));
  above.sort((a, b) => b.pathname.length - a.pathname.length)[0]?.setAttribute(
    'aria-current', 'page');
}

await serve('form[data-keep], [data-forget]', './keep.js');
serve('#problems-box', './again.js');
serve('main form', './sending.js');
serve('main form', './checks.js');
serve('input[type="password"]', './password.js');
serve('[data-calendar]', './calendar.js');
serve('[data-kana]', './furigana.js');
serve('[data-postal]', './postal.js');
serve('[data-lookup]', './combobox.js');
serve('#remaining', './remaining.js');
