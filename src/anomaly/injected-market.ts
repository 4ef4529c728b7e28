import { createRandom, shuffle } from '../../models/random.ts'
import type { TrueAnomaly } from './detection-figures.ts'
import { glitchKinds, inject, injectedKinds } from './injection.ts'
import type { ProtocolHistory } from './training-material.ts'

/** A protocol has time to become ordinary again before the next anomaly. */
const daysBetween = 90

/**
 * The same market with anomalies injected into its raw series, one per protocol in every 90 days from `fromDay` to
 * `toDay`, kinds and onsets drawn.
 */
export function injectIntoMarket(
  protocols: readonly ProtocolHistory[],
  fromDay: number,
  toDay: number,
  seed: number,
): { readonly protocols: ProtocolHistory[]; readonly anomalies: TrueAnomaly[] } {
  const random = createRandom(seed)
  const anomalies: TrueAnomaly[] = []
  const injected = protocols.map(({ series, traits }) => {
    const kinds = shuffle(Int32Array.from(injectedKinds.keys()), random)
    let changed = series
    for (let from = fromDay, turn = 0; from + daysBetween <= toDay + 1; from += daysBetween, turn++) {
      const kind = injectedKinds[kinds[turn % kinds.length]!]!
      const injection = inject(changed, kind, from + random.below(daysBetween / 2), random)
      if (injection === null) continue
      changed = injection.series
      const { fromDay: first, toDay: last } = injection
      const isGlitch = glitchKinds.includes(kind)
      anomalies.push({ protocolId: series.protocolId, kind, fromDay: first, toDay: last, isGlitch })
    }
    return { series: changed, traits }
  })
  return { protocols: injected, anomalies }
}
