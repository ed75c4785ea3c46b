/* The queue while it is open: parts swapped by htmx, new cases behind a bar, a lost connection,
   the time to undo. Every page works without it. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const UNDO_MS = 10_000;
  const wide = matchMedia('(min-width: 861px)');

  /* ---------- what is open ---------- */
  const opened = () => $('#case')?.dataset.case;
  const mark = () => {
    const pk = opened();
    document.body.dataset.view = pk ? 'case' : 'list';
    $$('.row-case[aria-current]').forEach(row => row.removeAttribute('aria-current'));
    const row = pk && $(`.row-case[data-case="${pk}"]`);
    if (!row) return;
    row.setAttribute('aria-current', 'true');
    if (wide.matches) row.scrollIntoView({ block: 'nearest' });
  };
  /* The order on the screen is the one that counts: next and previous follow it. */
  const neighbours = () => {
    const links = $$('.row-case[data-case] a.open');
    const here = links.findIndex(link => link.closest('.row-case').dataset.case === opened());
    if (here < 0) return;
    for (const [key, step] of [['k', -1], ['j', 1]]) {
      const arrow = $(`.case-top [data-key="${key}"]`), link = links[here + step];
      if (arrow && link) arrow.href = link.href;
    }
  };
  const keepFocus = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const link = wide.matches && $('.row-case[aria-current] a.open');
    const heading = $('#case h2');
    if (link) { link.focus({ preventScroll: true }); return; }
    if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  };
  document.addEventListener('htmx:afterSettle', event => {
    const id = event.detail.target?.id;
    if (id !== 'case' && id !== 'qlist') return;
    mark();
    neighbours();
    hide('not-saved');
    document.dispatchEvent(new Event('part-placed'));
    keepFocus();
    performance.mark('part-placed');
  });
  /* An address changed by htmx is a page of its own for whoever goes back to it. */
  document.addEventListener('click', event => {
    if (!event.target.closest('[data-back]') || !$('#qlist')) return;
    event.preventDefault();
    document.body.dataset.view = 'list';
    $('.row-case[aria-current] a.open')?.focus();
  });

  /* ---------- the time to undo ---------- */
  let timer;
  const toast = () => {
    clearTimeout(timer);
    if ($('#toast') && !$('#toast').hidden) timer = setTimeout(() => { $('#toast').hidden = true; }, UNDO_MS);
  };
  toast();
  document.addEventListener('htmx:oobAfterSwap', event => { if (event.detail.target.id === 'toast') toast(); });
  document.addEventListener('htmx:beforeRequest', event => {
    if (event.detail.elt.closest('#toast')) $('#toast').hidden = true;
  });

  /* ---------- bars ---------- */
  const show = name => {
    const bars = $('#live');
    if (!bars || $(`[data-bar="${name}"]`, bars)) return;
    const bar = $(`#${name}`).content.firstElementChild.cloneNode(true);
    bar.dataset.bar = name;
    bars.append(bar);
  };
  const hide = name => $(`#live [data-bar="${name}"]`)?.remove();
  let heard = Date.now();
  const online = () => {
    heard = Date.now();
    hide('offline');
    document.body.classList.remove('is-offline');
  };
  const offline = () => {
    show('offline');
    document.body.classList.add('is-offline');
    const minutes = Math.floor((Date.now() - heard) / 60_000);
    const age = $('#live [data-age]');
    if (age && minutes) age.textContent = `What you see is ${minutes} minute${minutes > 1 ? 's' : ''} old.`;
  };
  let failed;
  document.addEventListener('htmx:sendError', event => {
    offline();
    if (event.detail.elt.matches('form[method=post]')) { failed = event.detail.elt; show('not-saved'); }
  });
  document.addEventListener('htmx:timeout', offline);
  document.addEventListener('htmx:responseError', event => {
    if (event.detail.xhr.status === 401) return;  // htmx leads to the sign-in
    if (event.detail.elt.id === 'poll') return;
    failed = event.detail.elt.matches('form[method=post]') ? event.detail.elt : null;
    show(failed ? 'not-saved' : 'not-loaded');
  });
  document.addEventListener('htmx:afterOnLoad', online);
  /* A browser without a network may still reach us, so only an attempt tells. */
  addEventListener('offline', () => ask());
  addEventListener('online', () => ask());
  document.addEventListener('click', event => {
    if (event.target.closest('[data-retry]')) ask();
    if (event.target.closest('[data-again]')) {
      hide('not-saved');
      const form = failed?.isConnected ? failed : $('[data-sheet]');
      form?.requestSubmit();
    }
  });
  /* The part of a page that was asked for is never a page of its own, such as the sign-in. */
  document.addEventListener('htmx:beforeSwap', event => {
    const { xhr } = event.detail;
    if (xhr.status >= 400 || !/^\s*<!doctype/i.test(xhr.responseText)) return;
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL || location.href);
  });

  /* A bar that has been read out is not read out again every half minute. */
  const headlines = root => $$('[role=alert] b', root).map(each => each.textContent).join();
  document.addEventListener('htmx:oobBeforeSwap', event => {
    const { target, fragment } = event.detail;
    if (target.id === 'heartbeat' && headlines(target) && headlines(target) === headlines(fragment)) event.detail.shouldSwap = false;
  });

  /* ---------- new cases ---------- */
  const ask = () => { if ($('#poll')) htmx.trigger('#poll', 'asked'); };
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  const severities = ['emergency', 'urgent', 'soon', 'routine'];
  /* What a colleague has finished stays where it is and says so; a full page may just have moved on. */
  const leave = held => {
    const rows = $$('.row-case[id^="row-"]');
    if (rows.length >= 50) return;
    for (const row of rows.filter(each => !held.has(each.dataset.case))) {
      const who = $('.who', row);
      if (who) who.textContent = 'No longer in this list';
    }
  };
  const arrive = () => {
    const bar = $('#newbar');
    const cases = $('#arrivals')?.dataset.cases?.split(' ').filter(Boolean).map(each => each.split(':')) ?? [];
    if (cases.length) leave(new Set(cases.map(([pk]) => pk)));
    const fresh = cases.filter(([pk]) => !$(`#row-${pk}`));
    if (!bar || !fresh.length) { bar?.replaceChildren(); return; }
    const worst = severities.find(each => fresh.some(([, severity]) => severity === each));
    const many = fresh.filter(([, severity]) => severity === worst).length;
    const said = `${fresh.length} new case${fresh.length > 1 ? 's' : ''}, ${many} ${worst[0].toUpperCase()}${worst.slice(1)}. Show`;
    if (bar.dataset.said === said && bar.firstChild) return;
    bar.dataset.said = said;
    const button = document.createElement('button');
    button.className = 'newpill';
    button.type = 'button';
    button.dataset.key = 'n';
    button.setAttribute('aria-keyshortcuts', 'N');
    button.textContent = said;
    const key = document.createElement('kbd');
    key.textContent = 'N';
    key.ariaHidden = 'true';
    button.append(' ', key);
    bar.replaceChildren(button);
  };
  document.addEventListener('htmx:oobAfterSwap', event => { if (event.detail.target.id === 'arrivals') arrive(); });
  document.addEventListener('click', event => {
    if (!event.target.closest('.newpill')) return;
    htmx.ajax('GET', location.pathname + location.search, { source: '#qlist', target: '#qlist', swap: 'outerHTML' });
  });
})();
