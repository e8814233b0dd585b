package site

import "html/template"

// style is the look of the public pages: the colours of the cabinet in both schemes.
const style template.CSS = `
:root{--bg:#F5F7F8;--surface:#FFFFFF;--border:#DFE6EA;--text:#14212B;--muted:#51626E;--primary:#08768B;--hover:#065F71;--on:#FFFFFF;--link:#086B7E;--soft:#E3F4F7;--on-soft:#065F71;--focus:#0B84F0;--warn:#FDF1DC;--on-warn:#8A5300;color-scheme:light}
@media (prefers-color-scheme:dark){:root:not([data-scheme=light]){--bg:#0D1418;--surface:#141D22;--border:#2A373E;--text:#E7EEF1;--muted:#A4B4BD;--primary:#3EC1D5;--hover:#70CBD9;--on:#04232A;--link:#63CFDF;--soft:#10323A;--on-soft:#8FE0EC;--focus:#6CB8FF;--warn:#33260C;--on-warn:#F2B84B;color-scheme:dark}}
:root[data-scheme=dark]{--bg:#0D1418;--surface:#141D22;--border:#2A373E;--text:#E7EEF1;--muted:#A4B4BD;--primary:#3EC1D5;--hover:#70CBD9;--on:#04232A;--link:#63CFDF;--soft:#10323A;--on-soft:#8FE0EC;--focus:#6CB8FF;--warn:#33260C;--on-warn:#F2B84B;color-scheme:dark}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 "Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
a{color:var(--link)}
a:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
.wrap{max-width:1120px;margin:0 auto;padding:0 24px}
.skip{position:absolute;left:-9999px}.skip:focus{left:16px;top:8px;background:var(--surface);padding:8px 12px;z-index:2}
.bar{background:var(--surface);border-bottom:1px solid var(--border)}
.bar .wrap{display:flex;flex-wrap:wrap;gap:8px 20px;align-items:center;min-height:56px;padding-top:8px;padding-bottom:8px}
.brand{font-size:18px;font-weight:600;color:var(--text);text-decoration:none;margin-right:auto}
.langs{display:flex;gap:12px;font-size:14px}
.langs [aria-current]{color:var(--text);text-decoration:none;font-weight:600}
.notice{background:var(--warn);color:var(--on-warn)}.notice .wrap{padding-top:10px;padding-bottom:10px}.notice a{color:inherit}
.hero{padding:56px 0 40px;max-width:720px}
h1{font-size:32px;line-height:1.25;font-weight:600;margin:0 0 16px}
h2{font-size:20px;line-height:1.4;font-weight:600;margin:32px 0 12px}
h3{font-size:17px;line-height:1.4;font-weight:600;margin:0 0 6px}
.lead{font-size:18px;color:var(--muted);margin:0 0 24px}
.actions{display:flex;flex-wrap:wrap;gap:12px}
.button{display:inline-block;padding:10px 20px;border-radius:8px;background:var(--primary);color:var(--on);text-decoration:none;font-weight:500;min-height:44px}
.button:hover{background:var(--hover)}
.button.second{background:none;color:var(--link);border:1px solid var(--border)}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:16px;padding:0;margin:0;list-style:none}
.card{background:var(--surface);border:1px solid var(--border);border-radius:12px;padding:20px}
.card p{margin:0;color:var(--muted)}
.steps{padding-left:22px;margin:0}.steps li{margin:6px 0}
.soon{color:var(--muted)}
footer{border-top:1px solid var(--border);margin-top:56px;padding:24px 0 40px;font-size:14px;color:var(--muted)}
footer nav{display:flex;flex-wrap:wrap;gap:8px 20px}
.doc{max-width:760px;padding:32px 0}
.doc h1{font-size:26px}.doc li{margin:4px 0}
.doc table{border-collapse:collapse;width:100%}.doc th,.doc td{border:1px solid var(--border);padding:8px;text-align:left;vertical-align:top}
.meta{color:var(--muted);font-size:14px;overflow-wrap:anywhere}
@media (max-width:575px){.wrap{padding:0 16px}h1{font-size:26px}.hero{padding:32px 0 24px}.lead{font-size:16px}}
`
