// How many 必須 fields are still empty, in all and in each section of the table of contents.

import { element } from './dom.js';

/** Fields of which one is enough. */
const either = [['university', 'university_other']];

function groups(root) {
  const names = [...new Set([...root.querySelectorAll('[required]')].map((each) => each.name))];
  const pairs = either.filter(([first]) => root.querySelector(`[name="${first}"]`));
  return [...names.map((name) => [name]), ...pairs];
}

function isEmpty(root, names) {
  return !names.some((name) => [...root.querySelectorAll(`[name="${name}"]`)].some(
    (control) => ['checkbox', 'radio'].includes(control.type)
      ? control.checked : control.value.trim() !== ''));
}

function left(root) {
  return groups(root).filter((names) => isEmpty(root, names)).length;
}

/** Keeps the counts right while the form is filled. */
export function start([total]) {
  const form = document.querySelector('main form');
  const below = element('p', { class: 'remaining' });
  form.querySelector('.actions').prepend(below);
  const sections = [...document.querySelectorAll('.toc a')].map((link) => {
    const count = element('span', { class: 'left' });
    link.after(' ', count);
    return [document.querySelector(link.hash).closest('section'), count];
  });
  const update = () => {
    const count = left(form);
    total.textContent = below.textContent =
      count > 0 ? `必須の残り：${count}項目` : '必須の項目は、すべて入力されています。';
    for (const [section, words] of sections) {
      const here = left(section);
      words.textContent = here > 0 ? `残り${here}` : '';
    }
  };
  total.hidden = false;
  form.addEventListener('input', update);
  form.addEventListener('change', update);
  addEventListener('pageshow', update);
  update();
}
