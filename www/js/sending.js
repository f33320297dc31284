// A form goes out once, and a half-filled one is not left by accident.

import { statusLine } from './dom.js';

/** Serves each form: a second click while the first is under way does nothing. */
export function start(forms) {
  for (const form of forms) {
    let isSending = false;
    let isTouched = false;
    const status = statusLine();
    form.querySelector('.actions')?.append(status);

    form.addEventListener('submit', (event) => {
      if (isSending) return event.preventDefault();
      isSending = true;
      form.setAttribute('aria-busy', 'true');
      status.textContent = '送信しています。そのままお待ちください。';
    });
    // Back from the next page, the form stands as it was and must go out again; the same
    // where an answer never came.
    const ready = () => {
      isSending = false;
      form.removeAttribute('aria-busy');
      status.textContent = '';
    };
    addEventListener('pageshow', ready);
    form.addEventListener('submit', () => setTimeout(ready, 20000));

    if (!form.hasAttribute('data-ask-before-leaving')) continue;
    form.addEventListener('input', () => { isTouched = true; });
    addEventListener('beforeunload', (event) => {
      if (isTouched && !isSending) event.preventDefault();
    });
  }
}
