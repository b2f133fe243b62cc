import { rmSync } from 'node:fs';
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { GRACE } from './supervision.js';
import type { Notice } from './supervision.js';

// In a thread of its own, as the one that works may wait for a run of ONNX Runtime that never ends.

const LOOK_MILLISECONDS = 500;

const supervisor = workerData as number;
const temporaries: string[] = [];
let patience = GRACE;

parentPort?.on('message', (notice: Notice) => {
  if (notice.temporary !== undefined) temporaries.push(notice.temporary);
  patience = notice.patience ?? patience;
});

const looking = setInterval(() => {
  if (process.ppid === supervisor && isAlive(supervisor)) return;
  clearInterval(looking);
  // The end of its channel tells the work as well, which may stop by itself.
  setTimeout(() => {
    for (const path of temporaries) rmSync(path, { recursive: true, force: true });
    process.kill(process.pid, 'SIGKILL');
  }, patience);
}, LOOK_MILLISECONDS);

/** Windows keeps the id of a parent that is gone. */
function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
