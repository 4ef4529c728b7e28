import { describe, expect, it } from 'vitest'
import { tidegauge } from './cli.ts'

interface Evaluation {
  readonly markets: readonly {
    readonly protocolDays: number
    readonly budgets: readonly {
      readonly alertsPerWeek: number
      readonly figures: readonly { readonly contestant: string; readonly falseAlertsPerWeek: number }[]
    }[]
  }[]
}

const small = [
  '--seeds',
  '1',
  '--protocols',
  '12',
  '--days',
  '150',
  '--refit-days',
  '20',
  '--training-rows',
  '200',
]

describe('tidegauge evaluate-detectors', () => {
  it('judges all detectors, the consensus and the baselines at each alert budget', async () => {
    const words = [
      'evaluate-detectors',
      ...small,
      '--view',
      'movements',
      '--alerts-per-week',
      '1,3',
      '--json',
    ]
    const { code, out } = await tidegauge(words)
    expect(code).toBe(0)
    const [market] = (JSON.parse(out) as Evaluation).markets
    expect(market!.protocolDays).toBeGreaterThan(100)
    expect(market!.budgets.map(({ alertsPerWeek }) => alertsPerWeek)).toEqual([1, 3])
    expect(market!.budgets[0]!.figures.map(({ contestant }) => contestant)).toEqual([
      'isolation-forest',
      'lof',
      'one-class-svm',
      'autoencoder',
      'dbscan',
      'consensus',
      'in-charge',
      'baseline',
      'own-history-baseline',
    ])
  })

  it.each([
    [['--seeds', 'all'], /--seeds/],
    [['--protocols', 'many'], /--protocols .* whole number/],
    [['--refit-days', '0'], /--refit-days .* at least 1/],
    [['--alerts-per-week', '1,x'], /--alerts-per-week/],
    [['--view', 'sideways'], /own-history/],
    [['--days', '100'], /130 days/],
    [['--dataset', '/nowhere'], /nowhere/],
  ])('refuses %j and says what is allowed', async (words, message) => {
    const { code, err } = await tidegauge(['evaluate-detectors', ...words])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
