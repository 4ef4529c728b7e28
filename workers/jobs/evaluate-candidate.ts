import { saveCandidateResult } from '../../src/db/models.ts'
import { PermanentError } from '../../src/errors.ts'
import type { Handler } from '../handler.ts'
import { riskCandidates } from '../../src/training/candidates.ts'
import { trainingSamples } from '../training/training-samples.ts'

/** One algorithm with one set of parameters over the folds; any trainer on any machine gives the same figures. */
export const evaluateCandidate: Handler<'evaluate-candidate'> = async (payload, context) => {
  const { db, threads, signal, progress, note } = context
  const candidate = riskCandidates(payload.grid).find(({ id }) => id === payload.candidate)
  if (!candidate)
    throw new PermanentError(`The grid "${payload.grid}" has no candidate "${payload.candidate}"`)
  progress(0, 'gathering samples')
  const samples = await trainingSamples(db, payload.as_of, threads)
  const result = await threads.run(
    'evaluate',
    { samples, candidate, seed: payload.seed },
    { signal, onProgress: (fraction) => progress(fraction, 'fitting and testing folds') },
  )
  const { algorithm, params } = candidate.config
  await saveCandidateResult(db, {
    trainingRunId: payload.training_run_id,
    candidate: candidate.id,
    algorithm,
    params: { ...params },
    result,
  })
  const { macroF1, averagePrecision } = result.judgement.figures
  await note(
    `${candidate.id}: macro-F1 ${macroF1.estimate.toFixed(3)}, average precision ${averagePrecision.estimate.toFixed(3)}`,
    undefined,
    payload.training_run_id,
  )
  return { candidate: candidate.id }
}
