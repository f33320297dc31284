// Proposes the furigana of a name from what the input method reports while it is typed.
// Before a word is converted the method reports its kana: にちい → 日医. What the person typed
// into the furigana field is never overwritten.

import { type } from './dom.js';
import { katakana } from './text.js';

function serve(input) {
  const target = document.getElementById(input.dataset.kana);
  if (!target) return;
  let proposed = '';
  let reading = '';

  const isOurs = () => target.value === '' || target.value === proposed;

  input.addEventListener('compositionstart', () => { reading = ''; });
  input.addEventListener('compositionupdate', ({ data }) => {
    // Letters at the end are a syllable that is not finished yet (にt).
    const kana = (data ?? '').replace(/[a-zA-Zａ-ｚＡ-Ｚ]+$/, '');
    if (/^[ぁ-ゖァ-ヺー・]+$/.test(kana)) reading = kana;
  });
  input.addEventListener('compositionend', ({ data }) => {
    if (!data || reading === '' || !isOurs()) return;
    proposed = target.value + katakana(reading);
    type(target, proposed);
  });
  // A name that was taken back takes its proposal along.
  input.addEventListener('input', (event) => {
    if (input.value !== '' || event.isComposing || proposed === '' || !isOurs()) return;
    proposed = '';
    type(target, '');
  });
}

/** Serves every name that has a furigana field. */
export function start(inputs) {
  inputs.forEach(serve);
}
