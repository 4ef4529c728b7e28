import type { Command } from 'commander'
import type { components } from '../../client/client.ts'
import { openApi } from '../api.ts'
import { pageLimit } from '../option-words.ts'
import type { Surroundings } from '../surroundings.ts'
import { type Colour, minute, report, table, type Terminal } from '../terminal.ts'

type Schemas = components['schemas']
interface Options {
  readonly json?: boolean
}

const colours: Readonly<Record<string, Colour>> = { low: 'green', medium: 'yellow', high: 'red' }

/** `tidegauge risk` and `tidegauge anomalies`: what the newest computations say. */
export function addResults(program: Command, { terminal, config }: Surroundings): void {
  program
    .command('risk')
    .argument('<protocol>', 'its id, such as aave-v3')
    .description('The current risk level of a protocol, how sure it is, and until when it speaks.')
    .option('--json', 'print one line of JSON')
    .action(async (id: string, options: Options) => {
      const { client, answer } = openApi(config())
      const risk = await answer(client.GET('/risk/protocols/{id}', { params: { path: { id } } }))
      report(terminal, options, risk, (found) => riskInWords(terminal, found))
    })

  program
    .command('anomalies')
    .description('The anomalies of the newest scan, the most abnormal first, and why.')
    .option('--limit <n>', 'how many', pageLimit, 20)
    .option('--json', 'print one line of JSON')
    .action(async ({ limit, ...options }: Options & { limit: number }) => {
      const { client, answer } = openApi(config())
      const scan = await answer(client.GET('/anomaly/scan', { params: { query: { limit } } }))
      report(terminal, options, scan, scanInWords)
    })
}

function riskInWords({ paint }: Terminal, risk: Schemas['Risk']): string {
  const { protocol_name, risk_level, confidence, probabilities, abstained_because, as_of } = risk
  if (risk_level === null || confidence === null || probabilities === null)
    return `${protocol_name}: no level (${abstained_because ?? 'the model abstains'})`
  const shares = Object.entries(probabilities).map(([level, share]) => `${level} ${percent(share)}`)
  return [
    `${protocol_name}: ${paint(colours[risk_level] ?? 'dim', risk_level)} risk, confidence ${percent(confidence)}`,
    `${shares.join(', ')}; for the ${risk.horizon_days} days to ${risk.closes_on}, as of ${minute(as_of)}`,
    ...(risk.beats_baselines === false ? ['This model was not better than volatility alone.'] : []),
  ].join('\n')
}

function scanInWords(scan: Schemas['Scan']): string {
  const { total_protocols, anomalies_detected, insufficient_data, as_of, anomalous_protocols } = scan
  const rows = anomalous_protocols.map((anomaly) => [
    anomaly.protocol_id,
    anomaly.anomaly_score.toFixed(3),
    percent(anomaly.confidence),
    anomaly.alert_level,
    anomaly.contributions[0]?.sentence ?? '',
  ])
  return [
    `${anomalies_detected} of ${total_protocols} protocols abnormal as of ${minute(as_of)} (${insufficient_data} with too little data)`,
    ...(rows.length === 0 ? [] : ['', table(['protocol', 'score', 'confidence', 'alert', 'why'], rows)]),
  ].join('\n')
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
