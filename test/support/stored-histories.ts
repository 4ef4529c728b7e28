import type { Db } from '../../src/db/connection.ts'
import { saveObservations } from '../../src/db/observations.ts'
import { saveProtocols } from '../../src/db/protocols.ts'
import { isoDate } from '../../src/domain/calendar.ts'
import type { ProtocolHistory } from '../../src/training/samples.ts'

/** Stores histories as if they had been collected: TVL and volume from one source. */
export async function storeHistories(db: Db, histories: readonly ProtocolHistory[]): Promise<void> {
  const fetchedAt = new Date('2021-01-01')
  await saveProtocols(
    db,
    histories.map(({ series, traits, parentId }) => ({
      id: series.protocolId,
      name: series.protocolId,
      symbol: null,
      geckoId: null,
      category: traits.category,
      chains: [],
      mainChain: traits.mainChain,
      defillamaId: null,
      parentId,
      listedAt: null,
      deadFrom: null,
    })),
    fetchedAt,
  )
  const rows = histories.flatMap(({ series }) =>
    Array.from(series.tvlUsd, (tvlUsd, i) => ({
      protocolId: series.protocolId,
      observedAt: new Date(isoDate(series.firstDay + i)),
      tvlUsd,
      volumeUsd: series.volumeUsd[i]!,
    })),
  )
  const provenance = { endpoint: 'test', fetchedAt, contentHash: 'drawn', refusedCount: 0 }
  await saveObservations(db, { resolution: 'day', rows, provenance: { ...provenance, source: 'defillama' } })
}
