// A form that came back because the login had ended: the login page, one press away, in another tab.

import { element } from './dom.js';

/** Puts the link below what the page says, where the page is such an answer. */
export function start([box]) {
  const [page] = performance.getEntriesByType('navigation');
  if (page?.responseStatus !== 401) return;
  box.append(element('p', {}, element(
    'a', { href: '/login', target: '_blank', rel: 'noopener' }, 'ログインページを別のタブで開く')));
}
