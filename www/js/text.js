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
    .replace(/[ぁ-ゖ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
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

/** Returns {year, month, day} of any form that the server takes (day null: not given), or null. */
export function parseDate(text) {
  const t = half(text).replace(/\s/g, '');
  let parts = /^(\d{4})(\d{2})(\d{2})$/.exec(t)
    ?? /^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/.exec(t);
  let year = parts && Number(parts[1]);
  if (!parts) {
    parts = /^(明治|大正|昭和|平成|令和|[MTSHR])(?:元|(\d{1,2}))[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?$/i
      .exec(t);
    if (!parts) return null;
    year = eras[letters[parts[1].toUpperCase()] ?? parts[1]] + Number(parts[2] ?? 1);
    parts = [null, year, parts[3], parts[4]];
  }
  const month = Number(parts[2]);
  const day = parts[3] ? Number(parts[3]) : null;
  const date = new Date(year, month - 1, day ?? 1);
  if (date.getMonth() !== month - 1 || date.getDate() !== (day ?? 1)) return null;
  return { year, month, day, date };
}
