import { expectedAnomalyShare } from '../domain/expected-anomalies.ts'

/** At and above `score` so large a share of injected anomalies is found; by ascending score. */
export interface CaughtPoint {
  readonly score: number
  readonly caught: number
}

/** What people said of past alerts. */
export interface Answers {
  readonly trueAlarms: number
  readonly falseAlarms: number
}

export interface ExpectedPrecision {
  /** The share of alerts that is expected to be right. */
  readonly value: number
  /** What injected anomalies alone say; null where the model does not tell. */
  readonly fromInjected: number | null
}

/** What injected anomalies say counts as much as so many answers of people. */
const priorAnswers = 10

/**
 * The mean of a Beta distribution: prior by Bayes' rule from the injected anomalies, updated by every answer.
 * @param threshold in [0, 1]: of ordinary protocol-days the share 1 − threshold scores as high
 * @returns null where neither injected anomalies nor people say anything
 */
export function expectedPrecision(
  threshold: number,
  caught: readonly CaughtPoint[],
  { trueAlarms, falseAlarms }: Answers,
): ExpectedPrecision | null {
  const answers = trueAlarms + falseAlarms
  const fromInjected = injectedPrecision(threshold, caught)
  if (fromInjected === null) return answers === 0 ? null : { value: trueAlarms / answers, fromInjected }
  return { value: (priorAnswers * fromInjected + trueAlarms) / (priorAnswers + answers), fromInjected }
}

function injectedPrecision(threshold: number, caught: readonly CaughtPoint[]): number | null {
  const point = caught.findLast(({ score }) => score <= threshold) ?? caught[0]
  if (point === undefined || point.caught === 0) return null
  const right = expectedAnomalyShare * point.caught
  const wrong = (1 - expectedAnomalyShare) * (1 - Math.max(threshold, point.score))
  return right / (right + wrong)
}
