import type { CallBudget } from '../config-variables.ts'
import type { Config } from '../config.ts'
import type { Services } from '../embedded/services.ts'

/** What a user must know at the first sight: which market this is, and where everything can be found. */
export function banner(config: Config, baseUrl: string, services: Pick<Services, 'origins'>): string {
  const { coingecko, defillama } = config.sources
  const rows = [
    ['API', baseUrl],
    ['Dashboard', `${baseUrl}/`],
    ['API reference', `${baseUrl}/docs`],
    ['Bull Board', `${baseUrl}/admin/queues`],
    ['Market', marketIn(config.market)],
    ['Call budgets', `DeFiLlama ${budgetIn(defillama.budget)}, CoinGecko ${budgetIn(coingecko.budget)}`],
    ['Postgres', services.origins.postgres],
    ['Redis', services.origins.redis],
    ['Stop', 'Ctrl-C'],
  ] as const
  const lines = rows.map(([label, text]) => `  ${label.padEnd(14)} ${text}`)
  return ['', boxed(headlines[config.market.mode]), ...lines, '', 'ready', ''].join('\n')
}

const headlines = {
  simulate: 'SIMULATED MARKET: no protocol, price or incident below exists',
  replay: 'RECORDED MARKET: figures of the past, played again',
  live: 'LIVE MARKET: DeFiLlama and CoinGecko',
}

function marketIn(market: Config['market']): string {
  const stands = market.asOf === undefined ? '' : `, as of ${market.asOf}`
  const moves =
    market.mode === 'live'
      ? ''
      : market.secondsPerDay === undefined
        ? ', the clock stands still (--speed 60 lets a day pass every minute)'
        : `, a day passes every ${market.secondsPerDay} s`
  const where = market.url === undefined ? '' : `, at ${market.url}`
  const what = {
    simulate: `SIMULATED: ${market.protocols} protocols × ${market.days} days from seed ${market.seed}`,
    replay: `recorded in ${market.datasetDir}`,
    live: 'live',
  }[market.mode]
  return `${what}${stands}${moves}${where}`
}

const budgetIn = ({ calls, windowMs }: CallBudget) => `${calls} calls per ${windowMs / 1000} s`

function boxed(text: string): string {
  const rule = '═'.repeat(text.length + 4)
  return [`╔${rule}╗`, `║  ${text}  ║`, `╚${rule}╝`].join('\n')
}
