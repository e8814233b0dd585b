// The script of sign-up forms. On the form's own page it does the small work that tells people from programs; on another site it shows
// the form there. It sets no cookies, loads nothing from elsewhere, and the forms work without it.
//
//   <script src="https://HOST/p/form.js" data-form="KEY" async></script>
//
// data-mode="popup" shows a button instead, which opens the form in a dialogue (data-button: its words; data-delay="20": also opens
// by itself after so many seconds, once in a tab); data-lang="kk" chooses the language, else the browser's.
(() => {
  'use strict';

  // work finds n so that SHA-256("token:n") begins with 14 zero bits: a moment for one person, dear for thousands of forms.
  async function work(token) {
    if (!token || !globalThis.crypto || !crypto.subtle) return '';
    const text = new TextEncoder();
    for (let n = 0; n < 1 << 20; n++) {
      const sum = new DataView(await crypto.subtle.digest('SHA-256', text.encode(token + ':' + n)));
      if (sum.getUint32(0) >>> 18 === 0) return String(n);
    }
    return '';
  }

  // prepare begins the work as soon as somebody begins to fill the form in.
  function prepare(form) {
    const token = form.elements.namedItem('token');
    if (!token) return async () => {};
    let doing;
    const begin = () => (doing ??= work(token.value).then((n) => {
      if (!n) return;
      const field = document.createElement('input');
      field.type = 'hidden';
      field.name = 'work';
      field.value = n;
      form.append(field);
    }).catch(() => {}));
    form.addEventListener('focusin', begin, { once: true });
    return () => Promise.race([begin(), new Promise((done) => setTimeout(done, 5000))]);
  }

  const busy = (form, is) => {
    for (const b of form.querySelectorAll('button')) b.disabled = is;
    form.toggleAttribute('aria-busy', is);
  };

  // enhance is for the form's own page: the browser sends the form, only later by the time of the work.
  function enhance(form) {
    const ready = prepare(form);
    let sending = false;
    form.addEventListener('submit', (e) => {
      e.preventDefault();
      if (sending) return;
      sending = true;
      busy(form, true);
      ready().then(() => form.submit());
    });
    addEventListener('pageshow', (e) => { if (e.persisted) { sending = false; busy(form, false); } });
  }

  function fragment(html) {
    const t = document.createElement('template');
    let trusted = html;
    try { trusted = globalThis.trustedTypes?.createPolicy('keruen-form', { createHTML: (s) => s }).createHTML(html) ?? html; } catch { /* the site allows no policy of ours */ }
    t.innerHTML = trusted;
    return t.content;
  }

  // Show puts a form into a shadow root, so that the site's styles and the form's leave each other alone.
  class Show {
    constructor(script) {
      this.data = script.dataset;
      this.base = new URL(script.src).origin;
      this.host = document.createElement('div');
      this.root = this.host.attachShadow({ mode: 'open' });
      script.after(this.host);
    }

    address() {
      const q = new URLSearchParams();
      for (const [k, v] of new URLSearchParams(location.search)) if (k.startsWith('utm_')) q.set(k, v);
      q.set('page', location.origin + location.pathname);
      if (this.data.lang) q.set('lang', this.data.lang);
      return `${this.base}/p/f/${encodeURIComponent(this.data.form)}/embed?${q}`;
    }

    async start() {
      const first = await this.ask(this.address());
      if (!first) return;
      if (first.style) this.paint(first.style);
      if (this.data.mode === 'popup' && first.style) return this.popup(first);
      this.place = document.createElement('div');
      this.place.className = 'inline';
      this.root.append(this.place);
      this.fill(first, false);
    }

    async ask(url, init) {
      try {
        const r = await fetch(url, { ...init, credentials: 'omit', headers: { Accept: 'application/json' } });
        return await r.json();
      } catch {
        return null;
      }
    }

    paint(css) {
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css);
        this.root.adoptedStyleSheets = [sheet];
      } catch {
        const style = document.createElement('style');
        style.textContent = css;
        this.root.append(style);
      }
    }

    popup(first) {
      const open = document.createElement('button');
      open.type = 'button';
      open.className = 'open';
      open.textContent = this.data.button || first.button;
      const dialog = document.createElement('dialog');
      const close = document.createElement('button');
      close.type = 'button';
      close.className = 'close';
      close.textContent = '×';
      close.setAttribute('aria-label', { ru: 'Закрыть', kk: 'Жабу' }[(this.data.lang || navigator.language).slice(0, 2)] || 'Close');
      close.addEventListener('click', () => dialog.close());
      this.place = document.createElement('div');
      dialog.append(close, this.place);
      this.root.append(open, dialog);
      this.fill(first, false);
      dialog.setAttribute('aria-labelledby', 'title');
      const show = () => { if (!dialog.open) dialog.showModal(); };
      open.addEventListener('click', show);
      const delay = Number(this.data.delay);
      if (delay > 0) setTimeout(() => this.once(show), delay * 1000);
    }

    once(show) {
      const key = 'keruen-form-' + this.data.form;
      try {
        if (sessionStorage.getItem(key)) return;
        sessionStorage.setItem(key, '1');
      } catch { /* no storage: it opens on every page */ }
      show();
    }

    fill(answer, move) {
      this.place.replaceChildren(fragment(answer.html));
      for (const a of this.place.querySelectorAll('a[href^="#"]')) {
        a.addEventListener('click', (e) => { e.preventDefault(); this.root.getElementById(a.hash.slice(1))?.focus(); });
      }
      for (const form of this.place.querySelectorAll('form[data-form]')) this.listen(form);
      if (move) (this.root.getElementById('wrong') || this.root.getElementById('title'))?.focus();
    }

    listen(form) {
      const ready = prepare(form);
      form.addEventListener('submit', async (e) => {
        e.preventDefault();
        busy(form, true);
        await ready();
        const body = new URLSearchParams(new FormData(form));
        const answer = await this.ask(new URL(form.getAttribute('action'), this.base).href, { method: 'POST', body });
        if (answer?.redirect) { location.assign(answer.redirect); return; }
        if (answer) this.fill(answer, true);
        else busy(form, false);
      });
    }
  }

  const me = document.currentScript;
  if (me?.dataset.form) new Show(me).start();
  else for (const form of document.querySelectorAll('form[data-form]')) enhance(form);
})();
