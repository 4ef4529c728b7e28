/** What a scrape holds, by name of the metric. */
export type Scrape = ReadonlyMap<string, ScrapedMetric>

export interface ScrapedMetric {
  readonly type: string
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads Prometheus' text format; samples of a histogram stand under its own name, with `le` as a label of its buckets. */
export function parseScrape(text: string): Scrape {
  const metrics = new Map<string, { type: string; samples: Sample[] }>()
  for (const line of text.split('\n')) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (declared !== undefined && type !== undefined) metrics.set(declared, { type, samples: [] })
    const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) continue
    const metric = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''))
    metric?.samples.push({ labels: parseLabels(labels), value: Number(value) })
  }
  return metrics
}

const parseLabels = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name!, value!]),
  )
