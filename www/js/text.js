// The same forgiving reading of letters as the server's: widths, dashes, kana, dates.

/** Full-width letters, digits and signs become half-width, dashes of all kinds `-`. */
export function half(text) {
  return text.trim()
    .replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ')
    .replace(/[‐‑‒–—―−－]/g, '-')
    .replace(/(\d)ー/g, '$1-');
}

/** Hiragana and half-width kana become full-width katakana. */
export function katakana(text) {
  return text.trim()
    .replace(/[\uff61-\uff9f]+/g, (run) => run.normalize('NFKC'))
    .replace(/[ぁ-ゖゝゞ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
}

/** What a person counts as characters. */
export function length(text) {
  if (!('Segmenter' in Intl)) return [...text].length;
  return [...new Intl.Segmenter('ja').segment(text.trim())].length;
}

const eras = { 明治: 1867, 大正: 1911, 昭和: 1925, 平成: 1988, 令和: 2018 };
const letters = { M: '明治', T: '大正', S: '昭和', H: '平成', R: '令和' };

/** Returns the year as an era, as in 昭和50年; the year in which an era began bears the new name. */
export function eraYear(year) {
  const [name, before] = Object.entries(eras).reverse().find(([, start]) => year > start) ?? [];
  if (!name) return '';
  return `${name}${year - before === 1 ? '元' : year - before}年`;
}

/** Returns the era that a date begins with (昭和, 昭, S, ㍼) and the rest; no era: null. */
function splitEra(text) {
  const found = /^([明大昭平令mtshr])[治正和成]?\.?\s*/i.exec(text);
  if (!found) return [null, text];
  const letter = found[1].toUpperCase();
  const name = letters[letter] ?? Object.keys(eras).find((era) => era.startsWith(letter));
  return [name, text.slice(found[0].length)];
}

/** Returns {year, month, day, date} of any form that the server takes (no day: null), or null. */
export function parseDate(text) {
  const plain = half(text).replace(/[\u337b-\u337e]/g, (square) => square.normalize('NFKC'))
    .replace(/^西暦/, '').replace(/\s*([年月日])\s*/g, '$1');
  const [era, rest] = splitEra(plain);
  const parts = (era ? /^(\d{2})(\d{2})(\d{2})?$/ : /^(\d{4})(\d{2})(\d{2})?$/).exec(rest)
    ?? (era ? /^(元|\d{1,2})[-/.年\s](\d{1,2})(?:[-/.月\s](\d{1,2})日?|月)?$/
      : /^(\d{4})[-/.年\s](\d{1,2})(?:[-/.月\s](\d{1,2})日?|月)?$/).exec(rest);
  if (!parts) return null;
  const year = (era ? eras[era] : 0) + Number(parts[1] === '元' ? 1 : parts[1]);
  const month = Number(parts[2]);
  const day = parts[3] ? Number(parts[3]) : null;
  const date = new Date(year, month - 1, day ?? 1);
  if (date.getMonth() !== month - 1 || date.getDate() !== (day ?? 1)) return null;
  return { year, month, day, date };
}
