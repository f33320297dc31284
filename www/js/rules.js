// The rules of the fields, for messages while typing. The server's rules decide: these never stop
// a form from being sent, and are never stricter.

import { half, katakana, length, parseDate } from './text.js';

const atMost = (most) => (text) =>
  length(text) > most ? `${most.toLocaleString('ja')}文字以内で入力してください。` : '';

const kana = (text) =>
  /^[ァ-ヾㇰ-ㇿ\s]+$/.test(katakana(text))
    ? atMost(64)(text) : 'カタカナで入力してください。例：ニチイ';

const phone = (text) => {
  const t = half(text).replace(/^\+81/, '0').replace(/[()\s]/g, '-');
  const digits = t.replace(/\D/g, '').length;
  return /^[\d-]+$/.test(t) && digits >= 10 && digits <= 15
    ? '' : '数字とハイフンで入力してください。例：090-1234-5678';
};

const email = (text) =>
  /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(half(text)) && text.length <= 254
    ? '' : '「@」を含むアドレス全体を入力してください。例：taro.nichii@example.jp';

const past = (text, example, needsDay) => {
  const read = parseDate(text);
  if (!read || (needsDay && read.day === null)) return `例のように入力してください。例：${example}`;
  return read.date > new Date() ? 'きょうより前の日付を入力してください。' : '';
};
const day = (text) => past(text, '1975/04/01', true);
const month = (text) => past(text, '2000/03', false);

const same = (other, what) => (text, form) => {
  const first = form.querySelector(`[name="${other}"]`)?.value ?? '';
  return first === '' || first.trim() === text.trim() ? '' : `上の${what}と同じものを入力してください。`;
};

const kinds = { 英字: /[A-Za-z]/, 数字: /[0-9]/, 記号: /[!-/:-@[-`{-~]/ };

/** The parts of the password policy that can be told while typing: words, and their test. */
export function passwordParts() {
  const policy = document.getElementById('password-policy');
  if (!policy) return [];
  const least = Number(policy.dataset.min);
  const asked = policy.dataset.kinds.split(' ').filter((kind) => kind in kinds);
  return [
    [`${least}文字以上にする`, (text) => text.length >= least],
    ...asked.map((kind) => [`${kind}を入れる`, (text) => kinds[kind].test(text)]),
  ];
}

const password = (text) => {
  if (/[^ -~]/.test(text)) {
    return '半角で入力してください。日本語入力を「半角英数」に切り替えてください。';
  }
  if (text.length > 128) return '128文字以内で入力してください。';
  const missing = passwordParts().filter(([, test]) => !test(text)).map(([words]) => words);
  return missing.length > 0 ? `あと、次のことをしてください：${missing.join('、')}。` : '';
};

const loginID = (text) =>
  /^[A-Za-z0-9!@%&#]{8,32}$/.test(half(text))
    ? '' : '半角の英字・数字・記号（! @ % & #）で、8文字以上32文字以内で入力してください。';

const registration = {
  login_id: loginID,
  password,
  password_confirm: same('password', 'パスワード'),
  registry_number: (text) =>
    /^\d{6}$/.test(half(text)) ? '' : '6桁の数字で入力してください。例：123456',
  registry_date: day,
  family_name_kana: kana,
  given_name_kana: kana,
  family_name: atMost(32),
  given_name: atMost(32),
  former_family_name_kana: kana,
  former_given_name_kana: kana,
  former_family_name: atMost(32),
  former_given_name: atMost(32),
  postal_code: (text) =>
    /^〒?\s*\d{3}-?\d{4}$/.test(half(text)) ? '' : '7桁の数字で入力してください。例：113-0021',
  address: atMost(50),
  mobile_phone: phone,
  phone,
  fax: phone,
  birth_date: day,
  university_other: atMost(30),
  graduation_date: month,
  graduate_school_date: month,
  graduate_department: atMost(100),
  degree_date: month,
  society_other: atMost(20),
};

const mails = { email, email_confirm: same('email', 'メールアドレス') };

/** The rules of each form, by its address. A rule returns what to do, or nothing. */
export const rules = {
  '/register': registration,
  '/email': mails,
  '/inquiry': { email, phone, body: atMost(2000) },
  '/password/forgot': {
    email, registry_number: registration.registry_number, birth_date: day,
  },
  '/password/reset': { password, password_confirm: same('password', 'パスワード') },
};
