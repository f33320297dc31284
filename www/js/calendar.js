// A button beside a date field that opens a calendar: year (with its era), month, day.
// Our own dialog: the browsers' pickers differ, and most make 1950 a long way back.

import { button, element, labelOf, spoken, type } from './dom.js';
import { eraYear, parseDate } from './text.js';

const weekdays = ['日', '月', '火', '水', '木', '金', '土'];
/** Nobody registers a date before the oldest member's birth. */
const oldest = 120;
/** Where the calendar of an empty field opens: near what most people look for. */
const yearsBack = { birth_date: 60 };

function pad(number) {
  return String(number).padStart(2, '0');
}

function picker(name, words, options, value, changed) {
  const id = `calendar-${name}`;
  const select = element('select', { id });
  for (const [number, shown] of options) select.add(new Option(shown, number));
  select.value = value;
  select.addEventListener('change', changed);
  return [element('label', { for: id }, words), select];
}

class Calendar {
  constructor(input) {
    this.input = input;
    this.hasDays = input.dataset.calendar === 'day';
    const read = parseDate(input.value);
    const today = new Date();
    this.day = read?.day ?? 1;
    const year = read?.year ?? today.getFullYear() - (yearsBack[input.name] ?? 30);
    const years = Array.from({ length: oldest + 1 }, (_, n) => today.getFullYear() - n)
      .map((y) => [y, `${y}年（${eraYear(y)}）`]);
    const months = Array.from({ length: 12 }, (_, n) => [n + 1, `${n + 1}月`]);
    const draw = () => this.draw();
    const [yearLabel, yearSelect] = picker('year', '年', years, year, draw);
    const [monthLabel, monthSelect] = picker('month', '月', months, read?.month ?? 1, draw);
    this.year = yearSelect;
    this.month = monthSelect;
    this.body = element('div', { class: 'calendar-days' });
    this.dialog = element('dialog', { class: 'calendar', 'aria-labelledby': 'calendar-heading' },
      element('h2', { id: 'calendar-heading' }, `${labelOf(input)}を選ぶ`),
      element('div', { class: 'calendar-pickers' },
        element('div', {}, yearLabel, yearSelect), element('div', {}, monthLabel, monthSelect)),
      this.body, button('選ばずに閉じる', () => this.dialog.close()));
    this.dialog.addEventListener('close', () => {
      this.dialog.remove();
      this.input.focus();
    });
    this.draw();
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  draw() {
    if (this.hasDays) this.drawDays();
    else this.body.replaceChildren(button('この年月にする', () => this.take(null), ''));
  }

  drawDays() {
    const [year, month] = [Number(this.year.value), Number(this.month.value)];
    const last = new Date(year, month, 0).getDate();
    this.day = Math.min(this.day, last);
    const head = element('tr', {}, ...weekdays.map((w) => element('th', { scope: 'col' }, w)));
    const rows = [];
    this.days = [];
    let cells = Array.from({ length: new Date(year, month - 1, 1).getDay() }, () => element('td'));
    for (let day = 1; day <= last; day += 1) {
      const pick = button(String(day), () => this.take(day), 'calendar-day');
      pick.append(spoken('日'));
      pick.tabIndex = day === this.day ? 0 : -1;
      this.days.push(pick);
      cells.push(element('td', {}, pick));
      if (cells.length === 7 || day === last) {
        rows.push(element('tr', {}, ...cells));
        cells = [];
      }
    }
    const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
    table.addEventListener('keydown', (event) => this.key(event));
    this.body.replaceChildren(table);
  }

  /** Arrow keys walk through the days of the month; Tab leaves them. */
  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = this.days[this.day - 1 + step];
    if (!next) return;
    this.days[this.day - 1].tabIndex = -1;
    this.day += step;
    next.tabIndex = 0;
    next.focus();
  }

  take(day) {
    const text = `${this.year.value}/${pad(this.month.value)}`;
    type(this.input, day === null ? text : `${text}/${pad(day)}`);
    this.dialog.close();
  }
}

/** Puts the button beside every date field. */
export function start(inputs) {
  for (const input of inputs) {
    const open = button('', () => new Calendar(input));
    open.append(spoken(`${labelOf(input)}を`), 'カレンダーから選ぶ');
    input.after(open);
  }
}
