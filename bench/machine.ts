import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly onnxruntime: string;
  /** Processes that wanted a core over the last minute, before anything was measured. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const { version } = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'), 'utf8'),
  ) as { version: string };
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    onnxruntime: version,
    load: loadavg()[0]!,
  };
}

/** One line, and a second when others are using the machine. */
export function machineLines(machine: Machine): string[] {
  const { processor, cores, memoryGiB, system, node, onnxruntime, load } = machine;
  const lines = [
    `${processor}, ${cores} cores, ${memoryGiB} GiB; ${system}; Node ${node}, ONNX Runtime ${onnxruntime}`,
  ];
  if (load > 0.5) {
    lines.push(
      `The machine was busy before anything was measured (load ${load.toFixed(1)}): look at the spreads.`,
    );
  }
  return lines;
}
