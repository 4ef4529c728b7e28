import { ModelInputError } from '../errors.ts'
import { expectColumns, type Matrix } from '../matrix.ts'
import type {
  Detector,
  DetectorAlgorithm,
  DetectorArtifact,
  DetectorExplanation,
  DetectorFitOptions,
  DetectorParams,
  FittedDetector,
} from './detector.ts'
import { packFloats, type PackedNumbers, unpackFloats } from './packed-array.ts'
import { type ParameterSpec, resolveParams } from './parameters.ts'
import {
  fitRobustScaler,
  loadRobustScaler,
  type RobustScaler,
  type RobustScalerState,
  type Scaling,
  scalings,
} from './robust-scaler.ts'

/** What an algorithm learns; it sees prepared rows only: scaled, without NaN, of the right width. */
export interface DetectorCore<State> {
  score(x: Matrix): Float64Array
  explain(x: Matrix): DetectorExplanation
  toState(): State
}

/** An algorithm: everything that differs between detectors. Scaling, imputing and checks are the same for all. */
export interface DetectorDefinition<P, State> {
  readonly algorithm: DetectorAlgorithm
  readonly parameters: ParameterSpec<P>
  fit(x: Matrix, params: P, options: DetectorFitOptions): FittedCore<State>
  load(state: State, params: P): DetectorCore<State>
}

export interface FittedCore<State> {
  readonly core: DetectorCore<State>
  readonly trainingScores: Float64Array
}

/** Another way to learn the same thing, which takes its time. */
export interface AsyncEngine<P, State> {
  readonly name: string
  fit(x: Matrix, params: P, options: DetectorFitOptions): Promise<FittedCore<State>>
}

/** A definition behind the public interface, its own types out of sight. */
export interface DetectorFactory<P = never, State = never> {
  create(params: DetectorParams): Detector
  createOn(engine: AsyncEngine<P, State>, params: DetectorParams): Detector
  load(artifact: DetectorArtifact): FittedDetector
}

interface StoredState<State> {
  readonly scaler: RobustScalerState
  readonly trainingScores: PackedNumbers
  readonly learned: State
}

export const nativeEngine = 'native-ts'

const scalingParameter = { scaling: { default: 'robust', words: scalings } } as const

export function defineDetector<P extends object, State>(
  definition: DetectorDefinition<P, State>,
): DetectorFactory<P, State> {
  const { algorithm } = definition
  const spec = { ...definition.parameters, ...scalingParameter } as ParameterSpec<P & { scaling: Scaling }>

  const assemble = (
    engine: string,
    params: DetectorParams,
    columns: number,
    scaler: RobustScaler,
    { core, trainingScores }: FittedCore<State>,
  ): FittedDetector => {
    const prepare = (x: Matrix): Matrix => {
      expectColumns(x, columns)
      return scaler.transform(x)
    }
    return {
      algorithm,
      engine,
      params,
      columns,
      trainingScores,
      decisionFunction: (x) => core.score(prepare(x)),
      contributions: (x) => core.explain(prepare(x)).contributions,
      explain: (x) => core.explain(prepare(x)),
      toJSON() {
        const state: StoredState<State> = {
          scaler: scaler.toJSON(),
          trainingScores: packFloats(trainingScores),
          learned: core.toState(),
        }
        return { kind: 'detector', algorithm, engine, params, columns, state }
      },
    }
  }

  /** Scales by what the rows themselves say. */
  const prepared = (x: Matrix, scaling: Scaling): { scaler: RobustScaler; rows: Matrix } => {
    expectRows(x)
    const scaler = fitRobustScaler(x, scaling)
    return { scaler, rows: scaler.transform(x) }
  }

  return {
    create(given) {
      const resolved = resolveParams(spec, given)
      const params = resolved as DetectorParams
      const fit = (x: Matrix, options: DetectorFitOptions): FittedDetector => {
        const { scaler, rows } = prepared(x, resolved.scaling)
        return assemble(nativeEngine, params, x.columns, scaler, definition.fit(rows, resolved, options))
      }
      const fitAsync = (x: Matrix, options: DetectorFitOptions): Promise<FittedDetector> =>
        new Promise((resolve) => resolve(fit(x, options)))
      return { algorithm, engine: nativeEngine, params, fit, fitAsync }
    },
    createOn(engine, given) {
      const resolved = resolveParams(spec, given)
      const params = resolved as DetectorParams
      return {
        algorithm,
        engine: engine.name,
        params,
        fit() {
          throw new ModelInputError(`Expected \`fitAsync\`: engine ${engine.name} cannot fit at once`)
        },
        async fitAsync(x, options) {
          const { scaler, rows } = prepared(x, resolved.scaling)
          return assemble(engine.name, params, x.columns, scaler, await engine.fit(rows, resolved, options))
        },
      }
    },
    load({ engine, params, columns, state }) {
      const { scaler, trainingScores, learned } = state as StoredState<State>
      const core = definition.load(learned, resolveParams(spec, params))
      return assemble(engine, params, columns, loadRobustScaler(scaler), {
        core,
        trainingScores: unpackFloats(trainingScores),
      })
    },
  }
}

function expectRows(x: Matrix): void {
  if (x.rows === 0 || x.columns === 0)
    throw new ModelInputError(`Expected at least one row and one column, got ${x.rows} × ${x.columns}`)
}
