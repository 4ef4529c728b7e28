import type { Incident, Protocol } from '../domain/market.ts'
import { InputError } from '../errors.ts'
import type { DatasetHack, DatasetProtocol } from '../market/dataset-json.ts'
import { parseHacks } from '../sources/defillama/hacks.ts'
import { parentIdOf } from '../sources/defillama/parent-tokens.ts'

/** What a dataset keeps of a protocol. */
export type CatalogueEntry = Omit<Protocol, 'listedAt'>

/** An entry of `protocols.json` as the catalogue keeps it. */
export function protocolOf(entry: DatasetProtocol): Protocol {
  return {
    id: entry.slug,
    name: entry.name,
    symbol: entry.symbol === '-' ? null : entry.symbol,
    geckoId: entry.gecko_id,
    category: entry.category,
    chains: entry.chains,
    mainChain: entry.chains[0] ?? null,
    defillamaId: entry.id ?? null,
    parentId: parentIdOf(entry.parentProtocol),
    listedAt: null,
    deadFrom: entry.deadFrom ?? null,
  }
}

/** A protocol of the catalogue as `protocols.json` has it. */
export function datasetProtocolOf(protocol: CatalogueEntry): DatasetProtocol {
  const { id, name, symbol, geckoId, category, chains, mainChain, defillamaId, parentId, deadFrom } = protocol
  return {
    slug: id,
    name,
    symbol: symbol ?? '-',
    gecko_id: geckoId,
    category,
    chains: mainChain === null ? [...chains] : [mainChain, ...chains.filter((chain) => chain !== mainChain)],
    ...(defillamaId === null ? {} : { id: defillamaId }),
    ...(parentId === null ? {} : { parentProtocol: `parent#${parentId}` }),
    ...(deadFrom === null ? {} : { deadFrom }),
  }
}

/** @throws InputError when an entry of `hacks.json` is no believable loss */
export function incidentsOf(hacks: readonly DatasetHack[], file: string, now: Date): readonly Incident[] {
  const { rows, refused } = parseHacks(hacks, now.getTime())
  const real = refused.filter(({ reason }) => reason !== 'duplicate-key')
  if (real[0] !== undefined) throw new InputError(`${file}: "${real[0].key}" is refused (${real[0].reason})`)
  return rows
}

export function hackOf(incident: Incident): DatasetHack {
  return {
    date: Date.parse(`${incident.date}T00:00:00Z`) / 1000,
    name: incident.name,
    classification: incident.classification,
    technique: incident.technique,
    amount: incident.amountUsd,
    chain: [...incident.chains],
    source: incident.source,
    returnedFunds: incident.returnedUsd,
    defillamaId: incident.defillamaId,
    parentProtocolId: incident.parentId === null ? null : `parent#${incident.parentId}`,
  }
}
