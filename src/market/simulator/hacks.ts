import type { Random } from '../../../models/random.ts'
import type { DatasetHack, DatasetProtocol } from '../dataset-json.ts'
import type { IncidentKind } from './categories.ts'
import { between, chance, pick } from './noise.ts'

/** How many incidents of a kind are reported as hacks: a bleed is none, a run rarely becomes known as one. */
const reported: Readonly<Record<IncidentKind, number>> = {
  'bank-run': 0.1,
  depeg: 0.25,
  'slow-bleed': 0,
  'tvl-drain': 0.85,
  'wash-volume': 0,
}

const methods: readonly { readonly classification: string | null; readonly technique: string | null }[] = [
  { classification: 'Protocol Logic', technique: 'Flashloan Price Oracle Attack' },
  { classification: 'Protocol Logic', technique: 'Reentrancy' },
  { classification: 'Protocol Logic', technique: 'Access Control Exploit' },
  { classification: 'Infrastructure', technique: 'Private Key Compromised (Unknown Method)' },
  { classification: 'Ecosystem', technique: 'Flashloan Exploit' },
  { classification: 'Rugpull', technique: 'Drained Contracts' },
  { classification: null, technique: null },
]

const secondsPerDay = 86_400

/** A row of `/hacks`, or null where the incident never became known. */
export function drawHack(
  random: Random,
  victim: DatasetProtocol,
  incident: { readonly kind: IncidentKind; readonly day: number; readonly lostUsd: number },
): DatasetHack | null {
  if (!chance(random, reported[incident.kind])) return null
  const amount = Math.round(incident.lostUsd)
  return {
    date: incident.day * secondsPerDay,
    name: victim.name,
    ...pick(random, methods),
    amount,
    chain: victim.chains.slice(0, 1),
    bridgeHack: victim.category === 'Bridge',
    targetType: 'DeFi Protocol',
    source: '',
    returnedFunds: chance(random, 0.12) ? Math.round(amount * between(random, 0.2, 1)) : null,
    // Some rows of the feed are tied to no protocol; a join by name would find them all the same.
    defillamaId: chance(random, 0.9) ? Number(victim.id) : null,
    ...(victim.parentProtocol === undefined ? {} : { parentProtocolId: victim.parentProtocol }),
    language: 'Solidity',
  }
}

/** Attacks on targets that are no protocols here: exchanges, wallets, chains. About one in 20 days. */
export function drawForeignHacks(random: Random, firstDay: number, days: number): DatasetHack[] {
  const hacks: DatasetHack[] = []
  for (let t = 0; t < days; t++) {
    if (!chance(random, 0.05)) continue
    const targetType = pick(random, ['CEX', 'Other', 'Wallet', 'Token', 'Gaming'])
    hacks.push({
      date: (firstDay + t) * secondsPerDay,
      name: `Unlisted ${targetType} ${hacks.length + 1}`,
      ...pick(random, methods),
      amount: Math.round(1e5 * Math.exp(1.5 + 1.5 * random.normal())),
      chain: ['Ethereum'],
      bridgeHack: false,
      targetType,
      source: '',
      returnedFunds: null,
      defillamaId: null,
      language: null,
    })
  }
  return hacks
}
