// Messages after a field is left, in the place where the server's message stands.

import { whenReleased } from './dom.js';
import { rules } from './rules.js';

function place(control) {
  return document.getElementById(`error-${control.name}`);
}

function describe(control, id, isOn) {
  const ids = (control.getAttribute('aria-describedby') ?? '').split(' ')
    .filter((other) => other !== '' && other !== id);
  if (isOn) ids.push(id);
  if (ids.length > 0) control.setAttribute('aria-describedby', ids.join(' '));
  else control.removeAttribute('aria-describedby');
}

function show(control, sentence) {
  const error = place(control);
  const controls = control.form.querySelectorAll(`[name="${control.name}"]`);
  if (error.textContent !== sentence) error.textContent = sentence;
  error.hidden = sentence === '';
  for (const each of controls) {
    if (sentence === '') each.removeAttribute('aria-invalid');
    else each.setAttribute('aria-invalid', 'true');
    describe(each, error.id, sentence !== '');
  }
}

/** An empty field is no mistake yet: the person may come back to it. */
function advice(control, form) {
  const rule = rules[form.getAttribute('action')]?.[control.name];
  return control.value === '' || !rule ? '' : rule(control.value, form);
}

function isMarked(control) {
  return control.getAttribute('aria-invalid') === 'true';
}

/** Starts the checks of every form of the page. */
export function start(forms) {
  for (const form of forms) {
    for (const error of form.querySelectorAll('.error')) error.setAttribute('aria-live', 'polite');
    form.addEventListener('change', ({ target }) => {
      if (!place(target)) return;
      whenReleased(() => {
        if (target.value !== '') show(target, advice(target, form));
        recheck(target, form);
      });
    });
    // While a marked field is being put right the message goes as soon as it may.
    form.addEventListener('input', (event) => {
      const { target } = event;
      if (event.isComposing || !place(target) || !isMarked(target) || target.value === '') return;
      if (advice(target, form) === '') show(target, '');
    });
  }
}

/** A password or address typed twice: a change of the first one decides on the second one anew. */
function recheck(control, form) {
  const second = form.querySelector(`[name="${control.name}_confirm"]`);
  if (second && second.value !== '') show(second, advice(second, form));
}
