import { Gauge, type Registry } from 'prom-client'
import type { Db } from '../db/connection.ts'
import { countDeliveries, readModelAges, readNewestDrift, readPipelineAges } from '../db/reads/fleet.ts'
import type { Reading } from './fleet-view.ts'

/** How old the newest features, scan and risk levels are. */
export function pipelineAges(registry: Registry, db: Db): Reading {
  const ages = new Gauge({
    name: 'tidegauge_pipeline_age_seconds',
    help: 'Time since features were built, protocols were scanned and risks were scored last; absent before the first time',
    labelNames: ['stage'],
    registers: [registry],
  })
  return {
    name: 'pipeline',
    gauges: [ages],
    async read() {
      for (const [stage, seconds] of Object.entries(await readPipelineAges(db)))
        if (seconds !== null) ages.set({ stage }, seconds)
    },
  }
}

export function modelAges(registry: Registry, db: Db): Reading {
  const ages = new Gauge({
    name: 'tidegauge_model_age_seconds',
    help: 'Time since the current model of each kind was trained',
    labelNames: ['kind'],
    registers: [registry],
  })
  return {
    name: 'models',
    gauges: [ages],
    async read() {
      for (const { kind, seconds } of await readModelAges(db)) ages.set({ kind }, seconds)
    },
  }
}

/** At most one pair of series per model and feature, and one for the scores. */
export function driftOfNewestScan(registry: Registry, db: Db): Reading {
  const labelNames = ['model', 'feature']
  const registers = [registry]
  const drift = new Gauge({
    name: 'tidegauge_drift_psi',
    help: 'Population stability index of each feature, and of the anomaly score, between the newest scan and the training window',
    labelNames,
    registers,
  })
  const limits = new Gauge({
    name: 'tidegauge_drift_limit',
    help: 'The index from which on a feature has drifted',
    labelNames,
    registers,
  })
  return {
    name: 'drift',
    gauges: [drift, limits],
    async read() {
      for (const { model, feature, psi, limit } of (await readNewestDrift(db)) ?? []) {
        drift.set({ model, feature }, psi)
        limits.set({ model, feature }, limit)
      }
    },
  }
}

export function alertDeliveries(registry: Registry, db: Db): Reading {
  const deliveries = new Gauge({
    name: 'tidegauge_alert_deliveries_24h',
    help: 'Deliveries of alerts in the last 24 hours: pending, delivered, or dead after the last attempt',
    labelNames: ['state'],
    registers: [registry],
  })
  return {
    name: 'deliveries',
    gauges: [deliveries],
    async read() {
      for (const { state, deliveries: count } of await countDeliveries(db)) deliveries.set({ state }, count)
    },
  }
}
