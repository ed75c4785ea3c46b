/* Makes a check-in quicker and keeps it safe where the network is not. Without it every page is
   an ordinary form. Nothing is stored on the phone: what waits for the network waits in this tab,
   and a phone writes its history down, so answers are not in that either. */
(() => {
  const AGAIN_AFTER = 10000, SLOW_AFTER = 1000, LOST_AFTER = 30000; /* milliseconds */
  const main = document.querySelector("main");
  const pages = [];
  let here = 0, waiting = null, again = 0, busy = false;

  const asking = (root = main) => root.querySelector("form[data-step]");
  const stepOf = (root) => { const form = asking(root); return form ? form.dataset.step : ""; };

  const focus = (found) => {
    scrollTo(0, 0);
    if (!found) return;
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
  };

  const show = (page) => {
    main.innerHTML = page.html;
    document.title = page.title;
    focus(main.querySelector("[autofocus]") || main.querySelector("h1"));
  };

  /* The same step again, as after an error, takes the place of the page; any other follows it. */
  const arrive = (page, address, at) => {
    if (at === undefined) at = page.step && page.step === pages[here].step ? here : here + 1;
    const state = { at };
    if (at > here) history.pushState(state, "", address);
    else history.replaceState(state, "", address);
    pages.length = Math.max(pages.length, at);
    pages[at] = page;
    here = at;
    show(page);
  };

  const take = async (response, at) => {
    const read = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = read.querySelector("main");
    if (!found) throw new Error("not a page of ours");
    for (const form of found.querySelectorAll("form:not([action])")) form.action = response.url;
    document.documentElement.lang = read.documentElement.lang;
    document.documentElement.dir = read.documentElement.dir;
    document.querySelector("header").replaceWith(read.querySelector("header"));
    const page = { html: found.innerHTML, title: read.title, step: stepOf(found) };
    if (response.redirected) {
      pages.length = here = 0; /* sent: the answers leave the tab as well */
      pages[0] = page;
      history.replaceState({ at: 0 }, "", response.url);
      return show(page);
    }
    arrive(page, page.step ? asking(found).getAttribute("action") : location.href, at);
  };

  const post = (address, body) => {
    const signal = AbortSignal.timeout ? AbortSignal.timeout(LOST_AFTER) : undefined;
    return fetch(address, { method: "POST", body, credentials: "same-origin", signal });
  };

  const send = async (address, body, pressed) => {
    if (busy) return; /* a double tap */
    busy = true;
    clearTimeout(again);
    main.setAttribute("aria-busy", "true");
    const slow = setTimeout(alarm, SLOW_AFTER, body);
    try {
      await take(await post(address, body));
      waiting = null;
    } catch {
      waiting = { address, body };
      again = setTimeout(sendAgain, AGAIN_AFTER);
      tell(body);
      mark(pressed);
    } finally {
      clearTimeout(slow);
      main.removeAttribute("aria-busy");
      busy = false;
    }
  };

  const sendAgain = () => { if (waiting) send(waiting.address, waiting.body); };

  /* What an emergency needs is said without a network, and before a slow one has answered. */
  const alarm = (body) => {
    const form = main.querySelector("form[data-red]");
    const screen = document.getElementById("alarm");
    if (!form || !screen) return;
    const red = form.dataset.red.split(" ");
    if (!body.getAll(form.dataset.step).some((value) => red.includes(value))) return;
    main.prepend(screen.content.cloneNode(true));
    screen.remove();
    focus(main.querySelector(".stop h1"));
  };

  const tell = (body) => {
    alarm(body);
    if (main.querySelector(".offbar")) return;
    const template = document.getElementById("offline");
    if (!template) return;
    const bar = template.content.firstElementChild.cloneNode(true);
    if (!main.querySelector("#answer")) bar.querySelector(".unsent").remove();
    const stop = main.querySelector(".stop");
    if (stop) stop.after(bar); else main.prepend(bar);
    focus(stop ? stop.querySelector("h1") : bar);
  };

  /* What waits is seen as chosen. */
  const mark = (pressed) => {
    if (!pressed || !pressed.matches(".choice, .nrs button")) return;
    for (const other of main.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    pressed.setAttribute("aria-current", "true");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target, by = event.submitter;
    if (form.method !== "post" || !main.contains(form)) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    if (by && by.name) body.append(by.name, by.value);
    send(form.getAttribute("action") || location.href, body, by);
  });

  document.addEventListener("click", (event) => {
    const jump = event.target.closest(".err a[href^='#']");
    const part = event.target.closest("[data-for]");
    if (part) asking().querySelector(`[type="checkbox"][value="${part.dataset.for}"]`).click();
    if (event.target.closest("[data-again]")) sendAgain();
    if (!jump) return;
    event.preventDefault(); /* a place in the page is no page to come back to */
    document.querySelector(jump.getAttribute("href")).focus();
  });
  addEventListener("online", sendAgain);

  /* Back and forward in the browser: the server asks again, with every answer given since. */
  addEventListener("popstate", async (event) => {
    const at = event.state ? event.state.at : -1, page = pages[at], form = asking();
    if (!page) return location.reload();
    here = at;
    waiting = null;
    const isQuestion = page.step && !["birth_date", "go_on", "check"].includes(page.step);
    if (!form || !form.elements.sitting || !(isQuestion || page.step === "check")) return show(page);
    const body = new URLSearchParams(new FormData(form));
    if (isQuestion) body.append("change", page.step);
    const address = new URL(isQuestion ? "../check/" : "../go_on/", form.action);
    try {
      await take(await post(address, body), at);
    } catch {
      show(page);
    }
  });

  history.replaceState({ at: 0 }, "");
  pages[0] = { html: main.innerHTML, title: document.title, step: stepOf(main) };
})();
