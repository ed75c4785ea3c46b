/* Moves through the rows of the schedule by key; everything is a link or a button without it. */
(() => {
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isTyping = event => event.target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
  const keysAreOn = () => document.body.dataset.keys !== 'off';
  const here = () => document.querySelector('[data-row][data-here]') ?? document.querySelector('[data-row]');

  const go = row => {
    $$('[data-here]').forEach(each => each.removeAttribute('data-here'));
    row.setAttribute('data-here', '');
    row.querySelector('[data-focus]').focus();
    row.scrollIntoView({ block: 'nearest' });
  };

  const step = by => {
    const rows = $$('[data-row]');
    const at = rows.indexOf(document.querySelector('[data-here]'));
    const row = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (row) go(row);
  };

  const press = selector => {
    const target = here()?.querySelector(selector);
    target?.click();
    return Boolean(target);
  };

  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || !keysAreOn()) return;
    if (document.querySelector('dialog[open]')) return;
    const acts = { j: () => step(1), k: () => step(-1), p: () => press('[data-call]'), b: () => press('[data-book]') };
    const act = acts[event.key.toLowerCase()];
    if (act && act() !== false) event.preventDefault();
  });

  document.addEventListener('focusin', event => {
    const row = event.target.closest('[data-row]');
    if (!row || row.hasAttribute('data-here')) return;
    $$('[data-here]').forEach(each => each.removeAttribute('data-here'));
    row.setAttribute('data-here', '');
  });

  /* A swapped row takes the focus that its old self had, or the reader would be lost. */
  document.addEventListener('htmx:afterSwap', event => {
    const row = document.getElementById(event.detail.target.id);
    if (!row?.matches('[data-row]')) return;
    row.setAttribute('data-here', '');
    (row.querySelector('[data-errors]') ?? row.querySelector('.callbox .outs button, .callbox .slots button') ?? row.querySelector('[data-focus]')).focus();
  });
})();
