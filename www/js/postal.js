// The address of a postal code, behind a button. 番地 that was typed is never overwritten.

import { button, element, lookup, statusLine, type } from './dom.js';
import { half } from './text.js';

const words = {
  short: '郵便番号を7桁で入力してから、「住所を検索」を押してください。',
  unknown: 'この郵便番号の住所は見つかりませんでした。番号をご確認になるか、住所を直接入力してください。',
  down: 'ただいま住所を検索できません。住所を直接入力してください。',
  several: 'あてはまる住所が複数あります。下から選んでください。',
  done: '住所を入力しました。続けて番地を入力してください。',
  kept: '住所の欄はすでに入力されているため、そのままにしました。',
};

function serve(input) {
  const prefecture = document.getElementById('prefecture');
  const address = document.getElementById('address');
  const status = statusLine();
  const list = element('div', { class: 'towns' });
  let proposed = '';

  const take = (match) => {
    list.replaceChildren();
    type(prefecture, match.prefecture);
    const place = match.city + match.town;
    const isOurs = proposed !== '' && address.value.startsWith(proposed);
    if (address.value === '' || isOurs) {
      type(address, place + address.value.slice(isOurs ? proposed.length : 0));
      proposed = place;
      status.textContent = words.done;
    } else {
      status.textContent = address.value.startsWith(place) ? words.done : words.kept;
    }
    address.focus();
    address.setSelectionRange(address.value.length, address.value.length);
  };

  const search = async () => {
    list.replaceChildren();
    const code = half(input.value).replace(/\D/g, '');
    if (code.length !== 7) {
      status.textContent = words.short;
      return input.focus();
    }
    const answer = await lookup(`/lookup/postal?code=${code}`);
    const matches = answer?.matches ?? [];
    if (matches.length === 1) return take(matches[0]);
    status.textContent = answer === null ? words.down
      : matches.length === 0 ? words.unknown : words.several;
    list.append(...matches.map((match) =>
      button(match.prefecture + match.city + match.town, () => take(match))));
  };

  input.after(button('住所を検索', search), status, list);
}

/** Serves the postal code's field. */
export function start(inputs) {
  inputs.forEach(serve);
}
