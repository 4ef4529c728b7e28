import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TrainingSet } from '../models/classifiers/classifier.ts'
import { openPeer, type Peer, type PeerOrHint } from './peer.ts'

/** scikit-learn and xgboost, one thread each. */
export function openClassifierPeer(): Promise<PeerOrHint> {
  return openPeer({
    script: 'classifiers.py',
    modules: ['xgboost', 'sklearn'],
    packages: ['python3-xgboost', 'python3-sklearn'],
  })
}

/** Hands the rows to the peer under a name. */
export async function hand(peer: Peer, name: string, { x, y }: TrainingSet): Promise<void> {
  const numbers = new Float64Array(x.rows * (x.columns + 1))
  for (let i = 0; i < x.rows; i++) {
    numbers.set(x.data.subarray(i * x.columns, (i + 1) * x.columns), i * (x.columns + 1))
    numbers[i * (x.columns + 1) + x.columns] = y[i]!
  }
  const folder = await mkdtemp(join(tmpdir(), 'tidegauge-bench-'))
  const path = join(folder, 'rows.f64')
  await writeFile(path, numbers)
  await peer.ask({ op: 'load', name, path, rows: x.rows, columns: x.columns })
  await rm(folder, { recursive: true })
}
