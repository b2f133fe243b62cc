import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Chart, FigureFrame, LegendItem, linePath, Quantity, short } from '../ui/index.js';
import type { Frame } from '../ui/index.js';
import { edge, line } from './data.js';
import * as formulas from './formulas.js';
import type { Ray } from './model.js';
import { saveRay } from './save.js';
import { signals } from './state.js';
import { LOOK_FOR_RAY } from './words.js';

/** The places that are told in numbers, as shares of the ray; the second is the handle. */
const TOLD = [0, 1 / 3, 2 / 3, 1];

/** What changes on the way out. */
export function RayFigure({ ray }: { readonly ray: ReadonlySignal<Ray | undefined> }): JSX.Element {
  const value = line.value === undefined ? undefined : ray.value;
  const length = line.value?.length ?? 1;
  return (
    <FigureFrame
      title="Along the ray"
      lookFor={LOOK_FOR_RAY[signals.method.value]}
      formulas={value?.limit === undefined ? formulas.ray : formulas.rayWithLimit}
      legend={
        <>
          <LegendItem shape="line" mark="mark-probability">
            mean p(y = 1)
          </LegendItem>
          <LegendItem shape="line" mark="mark-epistemic">
            epistemic
          </LegendItem>
          <LegendItem shape="line" mark="mark-aleatoric">
            aleatoric
          </LegendItem>
          {value?.limit === undefined ? null : (
            <LegendItem shape="line" mark="mark-end">
              its limit for S → ∞, <Quantity name="limit" value={value.limit} />
            </LegendItem>
          )}
          <LegendItem shape="area" mark="mark-span">
            points near
          </LegendItem>
          {edge.value === undefined ? null : (
            <LegendItem shape="line" mark="mark-here">
              edge of the map
            </LegendItem>
          )}
        </>
      }
      onSave={value === undefined ? undefined : (figure) => saveRay(figure, value)}
    >
      <Chart
        aspect={1.35}
        x={{ domain: [0, length], label: 'distance from the origin of the ray' }}
        y={{ domain: [0, 1], label: 'probability; nats', grid: true }}
        description={describe(value)}
        over={(frame) => <Marks frame={frame} />}
      >
        {(frame) =>
          value === undefined ? null : (
            <>
              <Near ray={value} frame={frame} />
              {value.limit === undefined ? null : (
                <path class="mark-end" d={`M0,${frame.y.at(value.limit)}H${frame.width}`} />
              )}
              <path class="mark-probability" d={linePath(value.distance, value.probability, frame)} />
              <path class="mark-epistemic" d={linePath(value.distance, value.epistemic, frame)} />
              <path class="mark-aleatoric" d={linePath(value.distance, value.aleatoric, frame)} />
            </>
          )
        }
      </Chart>
      {value === undefined ? null : <Along ray={value} />}
    </FigureFrame>
  );
}

/** Where the handle is, and where the ray leaves the map. */
function Marks({ frame }: { readonly frame: Frame }): JSX.Element | null {
  if (line.value === undefined) return null;
  const handle = frame.x.at(line.value.handle);
  const out = edge.value === undefined ? undefined : frame.x.at(edge.value);
  return (
    <>
      <circle class="mark-handle" cx={handle} cy={frame.height} r={0.35 * frame.letter} />
      {out === undefined ? null : <path class="mark-here" d={`M${out},0V${frame.height}`} />}
    </>
  );
}

function Near({ ray: { distance, near }, frame }: { readonly ray: Ray; readonly frame: Frame }): JSX.Element {
  const step = distance[1]! - distance[0]!;
  const rects: JSX.Element[] = [];
  for (let i = 0; i < near.length; i++) {
    if (near[i] === 0) continue;
    const start = i;
    while (i + 1 < near.length && near[i + 1] === 1) i++;
    const x = frame.x.at(distance[start]! - step / 2);
    const width = frame.x.at(distance[i]! + step / 2) - x;
    rects.push(<rect key={start} class="mark-span" x={x} width={width} height={frame.height} />);
  }
  return <>{rects}</>;
}

function Along({ ray }: { readonly ray: Ray }): JSX.Element {
  const places = TOLD.map((share) => Math.round(share * (ray.distance.length - 1)));
  const rows = [
    { name: 'distance', values: ray.distance },
    { name: 'p(y = 1)', values: ray.probability },
    { name: 'epistemic', values: ray.epistemic },
    { name: 'aleatoric', values: ray.aleatoric },
  ];
  return (
    <div class="table along">
      <table class="numbers">
        <caption class="visually-hidden">Along the ray, uncertainties in nats</caption>
        <tbody>
          {rows.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {places.map((at, k) => (
                <td key={k}>
                  <Quantity name={`${name}-${k}`} value={values[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function describe(ray: Ray | undefined): string {
  if (ray === undefined) return 'Along the ray';
  const told = (values: Float64Array): string => `${short(values[0]!)} to ${short(values.at(-1)!)}`;
  return (
    `Lines along the ray, from its origin to a distance of ${short(ray.distance.at(-1)!)}: the probability of class 1 goes from ` +
    `${told(ray.probability)}, the epistemic uncertainty from ${told(ray.epistemic)} and the aleatoric from ${told(ray.aleatoric)} nats.`
  );
}
