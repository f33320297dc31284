// Shows a password on request, and which parts of the policy it meets while it is typed.

import { button, element, spoken } from './dom.js';
import { passwordParts } from './rules.js';

function addSwitch(inputs) {
  const show = button('パスワードを表示する', () => {
    const isShown = inputs[0].type === 'text';
    for (const input of inputs) input.type = isShown ? 'password' : 'text';
    show.textContent = isShown ? 'パスワードを表示する' : 'パスワードを隠す';
  }, 'button-plain button-small');
  inputs[0].after(show);
  // Browsers keep what was typed into text controls; a password must not be among it.
  inputs[0].form.addEventListener('submit', () => {
    for (const input of inputs) input.type = 'password';
    show.textContent = 'パスワードを表示する';
  });
}

function addParts(input) {
  const parts = passwordParts();
  if (parts.length === 0) return;
  const items = parts.map(([words]) => element('li', {}, words));
  const list = element('ul', { class: 'parts' }, ...items);
  const update = () => parts.forEach(([words, test], index) => {
    const isMet = test(input.value);
    items[index].className = isMet ? 'met' : '';
    items[index].replaceChildren(words, spoken(isMet ? '：できています' : '：まだです'));
  });
  input.before(list);
  input.addEventListener('input', update);
  update();
}

/** Serves the password controls of one form: the first carries the switch, the first new one the policy. */
export function start(inputs) {
  addSwitch(inputs);
  const fresh = inputs.find((input) => input.autocomplete === 'new-password');
  if (fresh) addParts(fresh);
}
