/* Makes the staff pages faster; every page works without it. Keys press the button or link
   that carries data-key. Nothing about patients is kept in the browser. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const visible = element => element && element.offsetParent !== null && !element.disabled;
  const isTyping = event => event.target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
  const keysAreOn = () => localStorage.getItem('keys') !== 'off';

  $$('[data-needs-script]').forEach(element => { element.hidden = false; });
  $('[data-errors]')?.focus();
  $('.row-case[aria-current]')?.scrollIntoView({ block: 'nearest' });
  if (!$('[data-errors]')) ($('.sheet [type=radio]:checked') ?? $('.sheet input:not([type=hidden])'))?.focus();

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
    const option = /^[1-9]$/.test(key) && sheet() && $(`[data-num="${key}"]`, sheet());
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

  /* A second click on a button that is already sending would send twice. */
  document.addEventListener('submit', event => {
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = 'yes';
  });
  addEventListener('pageshow', () => $$('form[data-sent]').forEach(form => { delete form.dataset.sent; }));

  const choice = $('#keys-on');
  if (choice) {
    choice.checked = keysAreOn();
    choice.addEventListener('change', () => localStorage.setItem('keys', choice.checked ? 'on' : 'off'));
  }
})();
