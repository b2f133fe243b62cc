import { frameLabel } from './animation-data.js';
import type { AnimationData } from './animation-data.js';
import { compose } from './compose.js';
import type { Figure, FigureOptions } from './figure.js';
import { legend } from './legend.js';
import { compact, extent } from './numbers.js';
import { panel } from './panel.js';
import { aspect, classes, contourItem, contourMarks, pointMarks } from './plane.js';
import { colorBar, diverging } from './ramp.js';
import { rasterImage } from './raster.js';
import { escapeText, group } from './svg.js';

const LEFT = 54;
const TOP = 30;
const SIZE = 440;
const WIDTH = LEFT + SIZE + 66;
const MILLISECONDS = 200;

/** The still picture, and a player that takes its place where scripts run. */
export function playerHtml(still: Figure, data: AnimationData, options: FigureOptions): string {
  const { frames } = data;
  const last = frames.length - 1;
  const name = escapeText(options.title);
  return [
    '<div class="credence-animation">',
    `<style>${STYLE}</style>`,
    still.svg,
    '<div class="credence-player" hidden>',
    playerSvg(data, options),
    `<div class="credence-controls" role="group" aria-label="Animation: ${name}">`,
    '<button type="button" data-step="-1" aria-label="Previous epoch">&#8249;</button>',
    '<button type="button" data-play>Play</button>',
    '<button type="button" data-step="1" aria-label="Next epoch">&#8250;</button>',
    `<input type="range" min="0" max="${last}" step="1" value="${last}" aria-label="Epoch"`,
    ` aria-valuetext="${escapeText(frameLabel(frames[last]!))}">`,
    '<output aria-live="off"></output>',
    '</div></div>',
    `<script>${SCRIPT}</script>`,
    '</div>',
  ].join('');
}

function playerSvg({ grid, frames, points }: AnimationData, { document, id, title }: FigureOptions): string {
  const place = { x: LEFT, y: TOP, width: SIZE, height: SIZE * aspect(grid) };
  const axes = {
    xAxis: { domain: extent(grid.x), label: 'x1', ticks: 6 },
    yAxis: { domain: extent(grid.y), label: 'x2', ticks: 6 },
  };
  const pictures = frames.map((frame, i) => {
    const under = rasterImage(grid, frame.probability, {
      ...place,
      ramp: diverging,
      domain: [0, 1],
      pixelRatio: 0.5,
    });
    const marks = contourMarks(grid, frame.probability, [0.5]);
    const attributes = { 'data-frame': i, 'data-label': frameLabel(frame) };
    return group(
      attributes,
      panel({ document, ...place, ...axes, bare: true, title: frameLabel(frame), under, marks }),
    );
  });
  const bottom = TOP + place.height + 46;
  const key = legend([[...classes, contourItem('mean p(y = 1) = 0.5')]], { x: LEFT, y: bottom, width: SIZE });
  const { svg } = compose(
    { document, id: `${id}-player`, title },
    {
      width: WIDTH,
      height: bottom + key.height + 4,
      parts: [
        ...pictures,
        panel({ document, ...place, ...axes, marks: pointMarks(points) }),
        colorBar({
          ramp: diverging,
          x: LEFT + SIZE + 14,
          y: TOP,
          height: place.height,
          domain: [0, 1],
          ticks: [0, 0.25, 0.5, 0.75, 1],
          format: (value) => compact(value),
        }),
        key.svg,
      ],
      csv: '',
      alt: 'The frame of the chosen epoch; its epoch, accuracy and loss are read out beside the slider.',
    },
  );
  return svg;
}

const STYLE = `
.credence-player{max-width:${WIDTH}px;margin:0 auto}
.credence-player svg,.credence-animation>svg{display:block;max-width:100%;height:auto}
.credence-player [data-frame]{display:none}
.credence-player [data-frame][data-shown]{display:inline}
.credence-controls{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin-left:${LEFT}px}
.credence-controls button{font:inherit;color:inherit;background:transparent;border:1px solid currentColor;border-radius:4px;padding:.2rem .7rem;min-width:2.2rem;cursor:pointer}
.credence-controls input{flex:1 1 10rem;min-width:8rem;accent-color:currentColor}
.credence-controls output{font-variant-numeric:tabular-nums;min-width:5rem}
@media screen{.credence-animation[data-live]>svg{display:none}}
@media (max-width:44rem){.credence-controls{margin-left:0}}
@media print{.credence-player{display:none}}
@media (prefers-reduced-motion:reduce){.credence-controls [data-play]{display:none}}
`.replaceAll('\n', '');

// Runs in the page. Never plays by itself; where motion is unwelcome the play button is hidden and steps remain.
const SCRIPT = `(()=>{
const root=document.currentScript.parentElement,player=root.querySelector('.credence-player');
const frames=[...player.querySelectorAll('[data-frame]')],slider=player.querySelector('input');
const play=player.querySelector('[data-play]'),output=player.querySelector('output');
let timer=0;
const show=(i)=>{
const at=Math.max(0,Math.min(frames.length-1,i));
frames.forEach((frame,k)=>frame.toggleAttribute('data-shown',k===at));
slider.value=at;slider.setAttribute('aria-valuetext',frames[at].dataset.label);
output.textContent=frames[at].dataset.label.split(' \\u00b7 ')[0];
};
const pause=()=>{clearInterval(timer);timer=0;play.textContent='Play';output.setAttribute('aria-live','polite');};
const step=()=>{if(+slider.value>=frames.length-1)pause();else show(+slider.value+1);};
play.addEventListener('click',()=>{
if(timer)return pause();
if(+slider.value>=frames.length-1)show(0);
output.setAttribute('aria-live','off');play.textContent='Pause';timer=setInterval(step,${MILLISECONDS});
});
player.querySelectorAll('[data-step]').forEach((button)=>button.addEventListener('click',()=>{
pause();show(+slider.value+Number(button.dataset.step));
}));
slider.addEventListener('input',()=>{pause();show(+slider.value);});
show(frames.length-1);player.hidden=false;root.setAttribute('data-live','');
})()`;
