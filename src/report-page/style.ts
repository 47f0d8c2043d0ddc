/** How the page looks, light and dark. The page allows this style sheet and no other, by its hash. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #fbfaf7; --card: #ffffff; --text: #1e2329; --soft: #5c6570; --rule: #dfe0dc; --track: #ecebe6;
  --young: #2f78b7; --middle: #b3730f; --full: #c03a3a; --used: #23836f; --size: #5c6570; --focus: #1a5fb4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #14171a; --card: #1c2024; --text: #e6e8ea; --soft: #a0a8b0; --rule: #333940; --track: #2a2f35;
    --young: #64a8e0; --middle: #e0a44a; --full: #ee7b76; --used: #58bfa8; --size: #a0a8b0; --focus: #8ab8f0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
main, header, footer { max-width: 70rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.75rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .25rem; font-size: 1.125rem; }
header p { margin: .25rem 0 0; color: var(--soft); }
section { margin: 1.25rem 0; padding: 1rem 1.25rem 1.25rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; min-width: 0; }
section > p { margin: 0 0 .75rem; color: var(--soft); }
.note, .empty { color: var(--soft); font-size: .875rem; margin: .25rem 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
dl div { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .625rem .875rem; }
dt { color: var(--soft); font-size: .8125rem; }
dd { margin: 0; font-size: 1.25rem; font-weight: 600; white-space: nowrap; }
dd small { display: block; white-space: normal; font-size: .8125rem; font-weight: 400; color: var(--soft); }
.chart { display: grid; grid-template-columns: 4.75rem minmax(0, 1fr); margin: 1rem 0 0; }
figcaption { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: .125rem 1rem; margin-bottom: .5rem; font-size: .875rem; }
.key::before { content: ""; display: inline-block; width: .625rem; height: .625rem; margin-right: .375rem;
  border-radius: 2px; background: currentColor; }
.key { color: var(--soft); }
.key.young::before { background: var(--young); } .key.middle::before { background: var(--middle); }
.key.full::before { background: var(--full); } .key.used::before { background: var(--used); }
.key.size::before { background: var(--size); height: .1875rem; vertical-align: .1875rem; }
.key.moment::before { background: none; border-left: 2px dashed var(--text); border-radius: 0; width: 0; }
.chart .y { display: flex; flex-direction: column; justify-content: space-between; height: 9rem; padding-right: .625rem;
  text-align: right; font-size: .75rem; color: var(--soft); white-space: nowrap; }
.chart .y span { height: 0; line-height: 0; }
.chart svg { display: block; width: 100%; height: 9rem; overflow: visible; }
.chart .x { grid-column: 2; display: flex; justify-content: space-between; font-size: .75rem; color: var(--soft);
  margin-top: .375rem; }
.chart line, .chart path, .chart rect, .lengths rect { vector-effect: non-scaling-stroke; }
.grid { stroke: var(--rule); stroke-width: 1; }
.mark { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 3 3; }
rect.young { fill: var(--young); stroke: var(--young); } rect.middle { fill: var(--middle); stroke: var(--middle); }
rect.full { fill: var(--full); stroke: var(--full); } rect.freed { fill: var(--used); stroke: var(--used); }
.line { fill: none; stroke-width: 2; } .line.thin { stroke-width: 1; stroke-dasharray: 2 2; }
.line.size { stroke: var(--size); } .line.used, .line.alive { stroke: var(--used); }
.area { fill: var(--used); opacity: .16; }
.scroll { overflow-x: auto; margin: .5rem -.25rem 0; padding: 0 .25rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { padding: .3125rem .625rem; text-align: left; border-bottom: 1px solid var(--rule); font-weight: 400;
  vertical-align: top; }
tbody :is(th, td):not(.number) { overflow-wrap: anywhere; min-width: 6.5rem; }
thead th { color: var(--soft); white-space: nowrap; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
tbody tr:hover { background: var(--track); }
th button { all: unset; cursor: pointer; padding: .125rem .25rem; margin: 0 -.25rem; border-radius: 4px; }
th button::after { content: "\\2195"; margin-left: .25rem; opacity: .4; }
th[aria-sort=descending] button::after { content: "\\2193"; opacity: 1; }
th[aria-sort=ascending] button::after { content: "\\2191"; opacity: 1; }
th button:hover { color: var(--text); }
:focus-visible, th button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.meter { display: block; width: 100%; min-width: 4rem; height: 4px; margin-top: .1875rem; }
.meter .track { fill: var(--track); } .meter .share { fill: var(--young); }
.lengths tbody th { white-space: nowrap; min-width: 0; }
.lengths tbody td:last-child { width: 60%; min-width: 8rem; vertical-align: middle; }
.lengths svg { display: block; width: 100%; height: .75rem; }
.tree { list-style: none; margin: 0; padding: 0; }
.tree .tree { margin-left: .5rem; padding-left: .75rem; border-left: 1px solid var(--rule); }
.tree li { min-width: 0; }
summary, .leaf { display: grid; grid-template-columns: 1rem minmax(0, 1fr) auto; gap: 0 .5rem; padding: .25rem .25rem;
  border-radius: 4px; }
.leaf::before { content: ""; }
.leaf.note { display: block; padding-left: 1.75rem; }
summary { cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "\\25b8"; color: var(--soft); }
details[open] > summary::before { content: "\\25be"; }
summary:hover { background: var(--track); }
.what { overflow-wrap: anywhere; }
.figure { text-align: right; white-space: nowrap; min-width: 6rem; }
.type { color: var(--soft); }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
details > .note, details > .path { margin-left: 1.75rem; }
.path { margin-top: .25rem; margin-bottom: .5rem; padding-left: 1.5rem; font-size: .875rem; overflow-wrap: anywhere; }
.edge { color: var(--young); }
footer { padding-bottom: 2rem; color: var(--soft); font-size: .8125rem; }
@media (max-width: 40rem) {
  main, header, footer { padding: 0 .75rem; } header { padding-top: 1rem; }
  section { padding: .75rem; } .chart { grid-template-columns: 3.75rem minmax(0, 1fr); }
  dl { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; } dl div:first-child { grid-column: 1 / -1; } dd { font-size: 1.0625rem; }
  .tree .tree { margin-left: .125rem; padding-left: .375rem; }
  .lengths :is(th, td) { padding-left: .25rem; padding-right: .375rem; }
  .lengths tbody td:last-child { width: 35%; min-width: 4rem; }
}
@media print { .scroll { overflow: visible; } section { break-inside: avoid; } }
`;

/** SHA-256 of the text above, in base64. */
export const STYLE_HASH = "U/fqugw2Vg3L5ofkt66LePAU4GWRDfDS2eapfOWrwE0=";
