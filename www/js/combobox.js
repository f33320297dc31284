// Suggestions for a name of a master list while it is typed: by name, reading or former name.
// The ARIA combobox pattern with aria-activedescendant: the focus stays in the text field.

import { element, labelOf, lookup, statusLine, type, whenReleased } from './dom.js';

/** Long enough not to ask for every key, short enough to feel at once. */
const pause = 200;

class Combobox {
  constructor(input) {
    this.input = input;
    this.active = -1;
    this.matches = [];
    this.asked = 0;
    this.list = element('ul', {
      class: 'suggestions', role: 'listbox', id: `${input.id}-list`, 'aria-label': '候補',
      hidden: true,
    });
    this.status = statusLine();
    const holder = element('div', { class: 'combobox' });
    input.before(holder);
    holder.append(input, this.list, this.status);
    for (const [key, value] of Object.entries({
      role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false',
      'aria-controls': this.list.id,
    })) input.setAttribute(key, value);
    this.listen();
  }

  listen() {
    const { input } = this;
    input.addEventListener('input', (event) => {
      if (!event.isComposing && !this.isTaking) this.soon();
    });
    input.addEventListener('compositionend', () => this.soon());
    input.addEventListener('keydown', (event) => this.key(event));
    input.addEventListener('blur', () => {
      this.open(false);
      whenReleased(() => this.close());
    });
    // The field must not lose the focus before the choice is taken.
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());
    this.list.addEventListener('click', ({ target }) => {
      const option = target.closest('[role="option"]');
      if (option) this.take([...this.list.children].indexOf(option));
    });
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), pause);
  }

  async ask() {
    const text = this.input.value.trim();
    const turn = ++this.asked;
    if (text === '') return this.close();
    const answer = await lookup(`${this.input.dataset.lookup}?q=${encodeURIComponent(text)}`);
    if (turn !== this.asked || document.activeElement !== this.input || !answer) return;
    this.show(answer, text);
  }

  show({ matches, more }, text) {
    this.matches = matches;
    this.active = -1;
    this.list.replaceChildren(...matches.map((match, index) => {
      const option = element('li', { role: 'option', id: `${this.list.id}-${index}` }, match.name);
      // Says why a name is there that has nothing of what was typed.
      const former = (match.former ?? []).find((name) => name.includes(text));
      if (former && !match.name.includes(text)) option.append(element('span', { class: 'former' }, `旧：${former}`));
      return option;
    }));
    this.open(matches.length > 0 && !(matches.length === 1 && matches[0].name === text));
    this.status.textContent = matches.length === 0
      ? this.nothing()
      : more ? `${matches.length}件より多くあります。もう少し入力すると絞り込めます。`
        : `候補が${matches.length}件あります。上下の矢印キーか、指やマウスで選べます。`;
    if (this.list.hidden && matches.length > 0) this.status.textContent = '';
  }

  /** What to do where the list has no such name: some fields have another one for it. */
  nothing() {
    const other = document.getElementById(this.input.dataset.other ?? '');
    return other
      ? `見つかりません。別の言い方で探すか、「${labelOf(other)}」に入力してください。`
      : '見つかりません。別の言い方で探してください。わからないときは、空欄のままでもかまいません。';
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) this.mark(-1);
  }

  close() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.open(false);
    if (this.input.value === '' || this.matches.length > 0) this.status.textContent = '';
  }

  mark(index) {
    this.active = index;
    [...this.list.children].forEach((option, at) => {
      option.setAttribute('aria-selected', String(at === index));
    });
    const option = this.list.children[index];
    if (!option) return this.input.removeAttribute('aria-activedescendant');
    this.input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }

  take(index) {
    this.isTaking = true;
    type(this.input, this.matches[index].name);
    this.isTaking = false;
    this.close();
    this.status.textContent = `「${this.matches[index].name}」を選びました。`;
  }

  key(event) {
    // Keys of the input method's own list are not ours (229: Safari's last Enter).
    if (event.isComposing || event.keyCode === 229) return;
    const isOpen = !this.list.hidden;
    const count = this.matches.length;
    if (event.key === 'ArrowDown' && !isOpen) this.ask();
    else if (event.key === 'ArrowDown') this.mark((this.active + 1) % count);
    else if (event.key === 'ArrowUp' && isOpen) {
      this.mark(this.active <= 0 ? count - 1 : this.active - 1);
    }
    else if (event.key === 'Enter' && isOpen && this.active >= 0) this.take(this.active);
    else if (event.key === 'Escape' && isOpen) this.close();
    else return;
    event.preventDefault();
  }
}

/** Serves every field with a master list. */
export function start(inputs) {
  for (const input of inputs) new Combobox(input);
}
