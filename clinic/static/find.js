/* The search field's list: arrow keys move through it, Escape leaves it. htmx brings the list;
   without scripts the field leads to the page of patients. */
(() => {
  const field = document.getElementById('find'), list = document.getElementById('found');
  if (!field || !list) return;
  const links = () => [...list.querySelectorAll('a')];
  const close = () => { list.replaceChildren(); };
  list.addEventListener('htmx:beforeSwap', event => { event.detail.shouldSwap &&= field.form.contains(document.activeElement); });

  const move = (event, step) => {
    const all = links(), at = all.indexOf(document.activeElement);
    if (!all.length) return;
    event.preventDefault();
    (at + step < 0 ? field : all[Math.min(at + step, all.length - 1)]).focus();
  };

  field.form.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown') move(event, 1);
    if (event.key === 'ArrowUp') move(event, -1);
    if (event.key === 'Escape' && links().length) { event.preventDefault(); event.stopPropagation(); field.focus(); close(); }
  });
  field.form.addEventListener('focusout', event => { if (!field.form.contains(event.relatedTarget)) close(); });
  field.form.addEventListener('mousedown', event => { if (list.contains(event.target)) event.preventDefault(); });
})();
