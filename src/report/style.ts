/** The page's style sheet. Its paper and ink are those of the figures, so that they stand in the page without a box. */
export const PAGE_STYLE: string = `
:root{color-scheme:light;--paper:#fff;--ink:#1d2329;--muted:#56606b;--rule:#d8dde3;--shade:#f3f6f9;--link:#005b8f;
--holds:#006b4f;--holds-paper:#e3f3ed;--fails:#a33f00;--fails-paper:#fbeadf;--depends:#6b4a00;--depends-paper:#fbf1d9;
--sans:'Source Sans 3',system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;
--mono:ui-monospace,'SF Mono','Cascadia Mono',Consolas,'Liberation Mono',monospace}
@media screen{
:root[data-theme="dark"]{color-scheme:dark;--paper:#14181d;--ink:#e6eaee;--muted:#a6b0bb;--rule:#39424c;--shade:#1c2229;
--link:#7cc0f2;--holds:#5fd3ab;--holds-paper:#15302a;--fails:#f7a06b;--fails-paper:#38231a;--depends:#f0c25c;
--depends-paper:#332a16}}
@media screen and (prefers-color-scheme:dark){
:root:not([data-theme="light"]){color-scheme:dark;--paper:#14181d;--ink:#e6eaee;--muted:#a6b0bb;--rule:#39424c;
--shade:#1c2229;--link:#7cc0f2;--holds:#5fd3ab;--holds-paper:#15302a;--fails:#f7a06b;--fails-paper:#38231a;
--depends:#f0c25c;--depends-paper:#332a16}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%;text-size-adjust:100%}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 var(--sans);font-kerning:normal}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-100vw;top:0;padding:.6rem 1rem;background:var(--paper);z-index:1}
.skip:focus{left:0}
.layout{max-width:1000px;margin:0 auto;padding:0 1.25rem 4rem}
h1,h2,h3,h4{font-weight:600;line-height:1.25;text-wrap:balance;margin:0}
h1{font-size:2.125rem;letter-spacing:-.01em}
h2{font-size:1.625rem;margin:4.5rem 0 1.25rem;padding-top:1.5rem;border-top:1px solid var(--rule)}
h3{font-size:1.25rem;margin:3rem 0 .75rem}
h4{font-size:1.0625rem;margin:1.75rem 0 .5rem}
p,ul,ol,dl,blockquote{max-width:72ch;margin:0 0 1rem;text-wrap:pretty}
code,pre,kbd{font-family:var(--mono);font-size:.875em}
math{font-size:1.05em}
math.tml-display{display:block;width:100%}
.formula{display:block;margin:.5rem 0;padding:.5rem 0;overflow-x:auto;overflow-y:hidden}
.more{mask-image:linear-gradient(to right,#000 calc(100% - 2.5rem),transparent)}
header.title{padding:3.5rem 0 1.5rem;display:flex;flex-wrap:wrap;gap:1rem 2rem;justify-content:space-between;align-items:start}
header.title>div:first-child{flex:1 1 30rem}
.lead{font-size:1.1875rem;color:var(--muted);margin:.75rem 0 0;max-width:60ch}
.theme{display:inline-flex;border:1px solid var(--rule);border-radius:6px;overflow:hidden;margin-top:.4rem}
.theme[hidden]{display:none}
.theme button{font:inherit;font-size:.875rem;color:var(--muted);background:none;border:0;border-right:1px solid var(--rule);
padding:.25rem .75rem;cursor:pointer}
.theme button:last-child{border-right:0}
.theme button[aria-pressed="true"]{background:var(--shade);color:var(--ink);font-weight:600}
.theme button:focus-visible{outline-offset:-3px}
nav.contents{margin:1rem 0 2.5rem;padding:1.1rem 1.4rem;background:var(--shade);border-radius:8px}
nav.contents h2{font-size:1rem;margin:0 0 .5rem;padding:0;border:0}
nav.contents ol{list-style:none;margin:0;padding:0;max-width:none;columns:2 20rem;column-gap:2.5rem}
nav.contents li{padding:.15rem 0;break-inside:avoid}
nav.contents li ol{columns:auto;padding-left:1.1rem;font-size:.95em}
nav.contents a{text-decoration:none}
nav.contents a:hover{text-decoration:underline}
figure{margin:2rem 0}
.picture{overflow-x:auto}
.picture svg{display:block;max-width:100%;height:auto;margin:0 auto}
figcaption{max-width:72ch;font-size:.9375rem;line-height:1.5;color:var(--muted);margin-top:.5rem}
figcaption strong{color:var(--ink);font-weight:600}
.downloads{font-size:.875rem;margin:.25rem 0 0}
.downloads a{margin-right:.9rem}
.table{overflow-x:auto;margin:0 0 1.25rem}
table{border-collapse:collapse;font-size:.9375rem;line-height:1.4}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.35rem}
caption span{display:block;position:sticky;left:0;width:fit-content;max-width:calc(100vw - 2.5rem)}
th,td{text-align:left;vertical-align:top;padding:.35rem 1.25rem .35rem 0;border-bottom:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{font-weight:600;font-size:.875rem;color:var(--muted);white-space:nowrap}
tbody th{font-weight:400}
.question-name{white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot th,tfoot td{font-weight:600;border-bottom:0}
.exchange{display:grid;grid-template-columns:minmax(7rem,9rem) minmax(0,1fr);gap:.35rem 1.25rem;max-width:calc(72ch + 10rem);margin:0 0 1.25rem}
.exchange dt{color:var(--muted);font-size:.9375rem;padding-top:.05rem}
.exchange dd{margin:0}
.claim{border-left:4px solid var(--rule);padding:.1rem 0 .1rem 1.1rem;margin:1.5rem 0}
.claim.holds{border-color:var(--holds)}.claim.fails{border-color:var(--fails)}.claim.depends{border-color:var(--depends)}
.claim p{margin:0 0 .6rem}
.claim .table{margin:0 0 .6rem}
.statement{font-weight:600}
.badge{display:inline-block;font-size:.8125rem;font-weight:600;line-height:1.4;padding:.05rem .55rem;border-radius:1rem;white-space:nowrap}
.badge.holds{color:var(--holds);background:var(--holds-paper)}
.badge.fails{color:var(--fails);background:var(--fails-paper)}
.badge.depends{color:var(--depends);background:var(--depends-paper)}
.badge svg{width:.8em;height:.8em;margin-right:.35em;vertical-align:-.05em}
.note{background:var(--shade);border-radius:6px;padding:.7rem 1.1rem;max-width:calc(72ch + 2.2rem);margin:0 0 1.25rem}
.note p:last-child{margin-bottom:0}
.claim .note{margin-bottom:.6rem}
.command{display:flex;gap:.5rem;align-items:start;max-width:100%;margin:0 0 1.25rem}
.command pre{flex:1 1 auto;margin:0;padding:.55rem .9rem;background:var(--shade);border-radius:6px;overflow-x:auto;line-height:1.5}
.command button{font:inherit;font-size:.875rem;color:var(--ink);background:none;border:1px solid var(--rule);border-radius:6px;
padding:.4rem .8rem;cursor:pointer}
footer{margin-top:4rem;padding-top:1.25rem;border-top:1px solid var(--rule);color:var(--muted);font-size:.9375rem}
@media (max-width:44rem){
body{font-size:1rem}
h1{font-size:1.7rem}h2{font-size:1.4rem;margin-top:3rem}h3{font-size:1.15rem;margin-top:2.25rem}
header.title{padding-top:1.75rem}
.exchange{grid-template-columns:1fr;gap:0}
.exchange dd{margin-bottom:.7rem}
.picture svg{max-width:none}
th,td{padding-right:.7rem}table{font-size:.875rem}tbody th{min-width:8.5rem}
.picture .credence-player svg{max-width:100%}
.command{flex-direction:column;align-items:stretch}
.command button{align-self:start}
}
@media print{
@page{margin:18mm}
.more{mask-image:none}
html{font-size:9.5pt}
body{font-size:1rem}
.layout{max-width:none;padding:0}
.skip,.theme,.downloads,.command button{display:none}
h2{break-before:page;border-top:0;padding-top:0;margin-top:0}
nav.contents h2{break-before:auto}
h2,h3,h4,figcaption{break-after:avoid}
figure,tr,.claim>p,.note{break-inside:avoid}
a{color:inherit;text-decoration:none}
nav.contents,.note,.command pre{background:none;border:1px solid var(--rule)}
.badge{border:1px solid currentColor;background:none}
}
`.trim();
