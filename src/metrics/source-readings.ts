import { Gauge, type Registry } from 'prom-client'
import type { CallBudget } from '../config-variables.ts'
import type { Db } from '../db/connection.ts'
import { readRowAges } from '../db/reads/fleet.ts'
import { readCollected, readRefusals } from '../db/reads/sources.ts'
import { type SourceName, sourceNames } from '../domain/market.ts'
import type { Reading } from './fleet-view.ts'

/** What the processes share about a source, as far as it is measured. */
export interface MeasuredSource {
  readonly source: SourceName
  readonly callsInWindow: number
  readonly circuit: 'closed' | 'half-open' | 'open'
  readonly lastSuccessAt: Date | null
}

const circuitNumber = { closed: 0, 'half-open': 1, open: 2 } as const

/** Budget, circuit and last success, from Redis. */
export function sourceStates(
  registry: Registry,
  budgets: Readonly<Record<SourceName, { readonly budget: CallBudget }>>,
  readStates: () => Promise<readonly MeasuredSource[] | undefined>,
): Reading {
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['source'], registers: [registry] })
  const calls = gauge(
    'tidegauge_source_calls_in_window',
    'Calls that count against the budget now, by source',
  )
  const allowed = gauge(
    'tidegauge_source_budget_calls',
    'Calls that the budget of a source allows in any window',
  )
  const circuit = gauge('tidegauge_source_circuit', 'Circuit of a source: 0 closed, 1 half-open, 2 open')
  const age = gauge(
    'tidegauge_source_age_seconds',
    'Time since a source last answered a call with data, or with "not modified"',
  )
  return {
    name: 'sources',
    gauges: [calls, allowed, circuit, age],
    async read() {
      const states = await readStates()
      if (states === undefined) throw new Error('Redis is away')
      for (const { source, callsInWindow, circuit: state, lastSuccessAt } of states) {
        calls.set({ source }, callsInWindow)
        allowed.set({ source }, budgets[source].budget.calls)
        circuit.set({ source }, circuitNumber[state])
        if (lastSuccessAt) age.set({ source }, (Date.now() - lastSuccessAt.getTime()) / 1000)
      }
    },
  }
}

/** What the sources gave, from Postgres. */
export function sourceYield(registry: Registry, db: Db): Reading {
  const rows = new Gauge({
    name: 'tidegauge_source_rows_24h',
    help: 'Rows that were believed or refused in the last 24 hours, by source',
    labelNames: ['source', 'outcome'],
    registers: [registry],
  })
  const refusals = new Gauge({
    name: 'tidegauge_source_refusals_7d',
    help: 'Rows in quarantine in the last seven days, by source, endpoint and reason',
    labelNames: ['source', 'endpoint', 'reason'],
    registers: [registry],
  })
  const age = new Gauge({
    name: 'tidegauge_source_rows_age_seconds',
    help: 'Time since rows of a source were stored last; answers that changed nothing store none',
    labelNames: ['source'],
    registers: [registry],
  })
  return {
    name: 'yield',
    gauges: [rows, refusals, age],
    async read() {
      const [collected, refused, ages] = await Promise.all([
        readCollected(db),
        readRefusals(db),
        readRowAges(db, sourceNames),
      ])
      for (const { source, rows: stored, refused: quarantined } of collected) {
        rows.set({ source, outcome: 'stored' }, stored)
        rows.set({ source, outcome: 'refused' }, quarantined)
      }
      for (const { source, endpoint, reason, seen } of refused)
        refusals.set({ source, endpoint, reason }, seen)
      for (const { source, seconds } of ages) age.set({ source }, seconds)
    },
  }
}
