/* Makes the staff pages faster; every page works without it. Keys press the button or link
   that carries data-key. Nothing about patients is kept in the browser. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const visible = element => element && element.offsetParent !== null && !element.disabled;
  const isTyping = event => event.target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
  const keysAreOn = () => document.body.dataset.keys !== 'off';

  /* Also called for each part of a page that has just been put in its place. */
  const prepare = () => {
    $$('[data-needs-script]').forEach(element => { element.hidden = false; });
    const first = $('[data-errors]') ?? $('.sheet [type=radio]:checked') ?? $('.sheet input:not([type=hidden])');
    first?.focus();
  };
  prepare();
  $('.row-case[aria-current]')?.scrollIntoView({ block: 'nearest' });
  document.addEventListener('part-placed', prepare);

  const sheet = () => $('[data-sheet]');

  document.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && sheet()) {
      event.preventDefault();
      sheet().requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || $('dialog[open]')) return;
    if (event.key === 'Escape') {
      if (isTyping(event)) event.target.blur();
      else $('[data-cancel]')?.click();
      return;
    }
    if (isTyping(event) || !keysAreOn()) return;
    press(event);
  });

  const press = event => {
    const key = event.key.toLowerCase();
    const number = key === '0' ? '10' : key;
    const option = /^[0-9]$/.test(key) && sheet() && $(`[data-num="${number}"]`, sheet());
    if (option) {
      option.checked = true;
      option.focus();
      event.preventDefault();
      return;
    }
    const target = $$(`[data-key="${CSS.escape(key)}"]`).find(visible);
    if (!target) return;
    event.preventDefault();
    if (target.matches('input')) target.focus(); else target.click();
  };

  document.addEventListener('click', event => {
    if (event.target.closest('[data-key="?"]')) $('#keys')?.showModal();
    if (event.target.closest('[data-print]')) print();
  });

  /* Somebody who writes a long note is there, although no page is asked for. */
  let told = Date.now();
  document.addEventListener('input', event => {
    const token = $('[name="csrfmiddlewaretoken"]', event.target.form ?? document);
    if (!token || Date.now() - told < 60_000) return;
    told = Date.now();
    fetch('/account/here/', { method: 'POST', body: new URLSearchParams({ csrfmiddlewaretoken: token.value }) }).catch(() => {});
  });

  /* A second click on a button that is already sending would send twice. What a script sends
     (it has taken the event over by now) drops the second one itself; a file may be saved again. */
  document.addEventListener('submit', event => {
    if (event.defaultPrevented || event.target.matches('[data-file]')) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = 'yes';
  });
  addEventListener('pageshow', () => $$('form[data-sent]').forEach(form => { delete form.dataset.sent; }));

  /* The choice holds for this page at once, and is kept for the person. */
  $('#keys-on')?.addEventListener('change', event => {
    document.body.dataset.keys = event.target.checked ? 'on' : 'off';
    const form = event.target.form;
    fetch(form.action, { method: 'POST', headers: { 'HX-Request': 'true' }, body: new URLSearchParams(new FormData(form)) }).catch(() => {});
  });
})();
