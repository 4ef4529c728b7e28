import { Gauge, type Registry } from 'prom-client'
import type { Db } from '../db/connection.ts'
import { readCollected, readRefusals } from '../db/reads/sources.ts'
import type { ApiServices } from './services.ts'

const circuitNumber = { closed: 0, 'half-open': 1, open: 2 } as const

/** Budget, circuit and yield of the sources, read when Prometheus asks. */
export function addSourceGauges(
  registry: Registry,
  db: Db,
  readSourceStates: ApiServices['readSourceStates'],
): void {
  const registers = [registry]
  const calls = new Gauge({
    name: 'tidegauge_source_calls_in_window',
    help: 'Calls that count against the budget now, by source',
    labelNames: ['source'],
    registers,
  })
  new Gauge({
    name: 'tidegauge_source_circuit',
    help: 'Circuit of a source: 0 closed, 1 half-open, 2 open',
    labelNames: ['source'],
    registers,
    async collect() {
      for (const state of (await readSourceStates()) ?? []) {
        this.set({ source: state.source }, circuitNumber[state.circuit])
        calls.set({ source: state.source }, state.callsInWindow)
      }
    },
  })
  new Gauge({
    name: 'tidegauge_source_rows_24h',
    help: 'Rows that were believed or refused in the last 24 hours, by source',
    labelNames: ['source', 'outcome'],
    registers,
    async collect() {
      for (const { source, rows, refused } of await orNone(readCollected(db))) {
        this.set({ source, outcome: 'stored' }, rows)
        this.set({ source, outcome: 'refused' }, refused)
      }
    },
  })
  new Gauge({
    name: 'tidegauge_source_refusals_7d',
    help: 'Rows in quarantine in the last seven days, by source, endpoint and reason',
    labelNames: ['source', 'endpoint', 'reason'],
    registers,
    async collect() {
      this.reset()
      for (const { source, endpoint, reason, seen } of await orNone(readRefusals(db)))
        this.set({ source, endpoint, reason }, seen)
    },
  })
}

/** Without Postgres there is less to tell, and that is no reason to tell nothing. */
const orNone = <T>(rows: Promise<T[]>): Promise<T[]> => rows.catch(() => [])
