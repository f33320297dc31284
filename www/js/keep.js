// What was typed outlives a closed page or a lost connection: it is kept in this tab, passwords
// excepted, until the draft is saved on the server (the page with data-forget).

import { button, element } from './dom.js';

const key = 'kept';

/** The controls to keep. A password is known by its autocomplete: its type changes when shown. */
function controls(form) {
  return [...form.elements].filter((control) => control.name
    && !['hidden', 'password', 'submit'].includes(control.type)
    && !control.autocomplete?.endsWith('password'));
}

function isChoice(control) {
  return control.type === 'checkbox' || control.type === 'radio';
}

function values(form) {
  return controls(form).map((control) => [
    control.name, isChoice(control) ? control.value : null,
    isChoice(control) ? control.checked : control.value,
  ]);
}

/** A form belongs to one mailed URL: nothing of another person's, or another time's, comes back. */
function owner(form) {
  return form.getAttribute('action') + ' ' + (form.querySelector('[name="token"]')?.value ?? '');
}

function store(form) {
  try {
    sessionStorage.setItem(key, JSON.stringify({ owner: owner(form), values: values(form) }));
  } catch {
    // Full or forbidden: the form works without.
  }
}

function forget() {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Forbidden: then there is nothing to forget.
  }
}

function kept(form) {
  try {
    const found = JSON.parse(sessionStorage.getItem(key));
    if (found?.owner === owner(form)) return found.values;
  } catch {
    // Forbidden or not ours.
  }
  forget();
  return null;
}

/** Puts kept values into the same places; returns whether anything came back. */
function restore(form, list) {
  let isAny = false;
  const rest = [...list];
  for (const control of controls(form)) {
    const at = rest.findIndex(([name, choice]) =>
      name === control.name && choice === (isChoice(control) ? control.value : null));
    if (at < 0) continue;
    const [[, , value]] = rest.splice(at, 1);
    if (isChoice(control)) {
      if (value) control.checked = isAny = true;
    } else if (value !== '' && control.value === '') {
      control.value = value;
      isAny = isAny || control.value !== '';
    }
  }
  return isAny;
}

function tell(form) {
  const note = element('div', { class: 'note', role: 'status' },
    element('p', {}, '前に入力された内容を戻しました。パスワードは、もう一度入力してください。'));
  note.append(button('戻した内容をすべて消す', () => {
    form.reset();
    forget();
    note.remove();
    form.dispatchEvent(new Event('input', { bubbles: true }));
    form.querySelector('input:not([type="hidden"])').focus();
  }));
  form.before(note);
}

/** Keeps the form's values, or forgets them where the page says that they are safe. */
export function start([found]) {
  if (found.hasAttribute('data-forget')) return forget();
  const form = found;
  // A page that came back filled (problems, or the saved draft) is newer than what is kept.
  const isFresh = controls(form).every(
    (control) => isChoice(control) ? !control.defaultChecked : !control.defaultValue);
  const list = isFresh && !document.getElementById('problems-box') ? kept(form) : null;
  if (list && restore(form, list)) tell(form);

  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => store(form), 300);
  });
  form.addEventListener('submit', () => store(form));
}
