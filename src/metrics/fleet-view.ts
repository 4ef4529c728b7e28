import { setTimeout as sleep } from 'node:timers/promises'
import { Gauge, type Registry } from 'prom-client'

/** One look at something that all processes share, and the gauges that it fills. */
export interface Reading {
  /** Says in `tidegauge_fleet_reading_up` what could not be read. */
  readonly name: string
  readonly gauges: readonly Gauge[]
  /** Sets the gauges; they are empty before. */
  read(): Promise<void>
}

export interface FleetView {
  /** Reads everything, unless that has just been done or is being done; never takes longer than a second, never throws. */
  refresh(): Promise<void>
}

/** A scrape every few seconds from several servers costs one look at the database. */
const freshForMs = 5_000
/** Before Prometheus, or the deadline of a request, gives up. */
const readWithinMs = 1_000

export function createFleetView(registry: Registry, readings: readonly Reading[]): FleetView {
  const isUp = new Gauge({
    name: 'tidegauge_fleet_reading_up',
    help: 'Whether this part of the fleet view could be read: 0 while Postgres or Redis is away',
    labelNames: ['reading'],
    registers: [registry],
  })
  let looking: Promise<void> | undefined
  let lookedAt = -Infinity

  const look = async ({ name, gauges, read }: Reading): Promise<void> => {
    const tooLong = sleep(readWithinMs, undefined, { ref: false }).then(() => Promise.reject(new Error(name)))
    for (const gauge of gauges) gauge.reset()
    try {
      await Promise.race([read(), tooLong])
      isUp.set({ reading: name }, 1)
    } catch {
      // What is not known is not told: an old figure would look like a new one.
      for (const gauge of gauges) gauge.reset()
      isUp.set({ reading: name }, 0)
    }
  }
  return {
    refresh() {
      if (looking === undefined && performance.now() - lookedAt > freshForMs)
        looking = Promise.all(readings.map(look)).then(() => {
          looking = undefined
          lookedAt = performance.now()
        })
      return looking ?? Promise.resolve()
    },
  }
}
