// Small things that several modules need.

/** Returns a new element with the attributes or properties given, and the children in order. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== 'string') made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Returns a button that sends no form. */
export function button(words, act, className = 'button-plain') {
  const made = element('button', { type: 'button', class: className }, words);
  made.addEventListener('click', act);
  return made;
}

/** Returns words that only a screen reader says. */
export function spoken(words) {
  return element('span', { class: 'spoken' }, words);
}

/** Returns an empty line that a screen reader reads out when words are put into it. */
export function statusLine() {
  return element('p', { class: 'status', role: 'status' });
}

/** Returns the words of a control's label, without 必須 or 任意. */
export function labelOf(control) {
  const label = control.labels?.[0];
  if (!label) return '';
  return [...label.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data.trim()).join('');
}

/** Sets a control's value and lets the other modules know, as if it had been typed. */
export function type(control, value) {
  control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
  control.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Returns what /lookup answers, or null where it can't be asked now. */
export async function lookup(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: 'application/json' } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

let isPressed = false;
const waiting = [];

function released() {
  isPressed = false;
  // After the click that ends the press.
  setTimeout(() => { for (const act of waiting.splice(0)) act(); });
}

addEventListener('mousedown', () => { isPressed = true; }, true);
for (const kind of ['mouseup', 'dragend', 'keydown']) addEventListener(kind, released, true);

/**
 * Acts now, or where a mouse or finger is pressing, when it is lifted. Words that come or go when
 * a field is left would otherwise move a button from under the finger, and the press would be lost.
 */
export function whenReleased(act) {
  if (isPressed) waiting.push(act);
  else act();
}
