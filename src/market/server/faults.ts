import { z } from 'zod'
import { createRandom, type Random } from '../../../models/random.ts'
import type { SourceName } from '../../domain/market.ts'
import { InputError } from '../../errors.ts'

/** Everything that a source was seen doing, or may do, to a client. */
export const faultKinds = [
  'bad-numbers',
  'cut-connection',
  'error-in-200',
  'forbidden-html',
  'garbage',
  'hang',
  'hang-midway',
  'html',
  'huge-body',
  'nan-literal',
  'payment-required',
  'rate-limit-date',
  'rate-limit-html',
  'rate-limit-in-200',
  'rate-limit-reset',
  'rate-limit-seconds',
  'server-error',
  'truncated-json',
] as const
export type FaultKind = (typeof faultKinds)[number]

const fault = z.strictObject({
  kind: z.enum(faultKinds),
  api: z.enum(['coingecko', 'defillama', 'any']).default('any'),
  /** The path behind the API's base, without the query; `*` stands for any characters. */
  path: z.string().min(1).default('*'),
  /** Of each call that matches. */
  probability: z.number().min(0).max(1).default(1),
  /** Ends after so many; endless when not given. */
  count: z.int().min(1).optional(),
  /** Of the rate-limit kinds. */
  retry_after_seconds: z.number().min(0).max(3600).default(7),
  /** Of `huge-body`: how much is put before the real body. */
  bytes: z.int().min(1).max(4e9).default(256e6),
  /** Of `bad-numbers`: how many of the numbers are spoilt. */
  share: z.number().min(0).max(1).default(0.3),
})
export type Fault = z.output<typeof fault>

const faultPlan = z.strictObject({
  /** Of the dice for `probability` and of what is spoilt. */
  seed: z.int().min(0).default(1),
  faults: z.array(fault).max(100),
})

/** The faults in force, asked in their order; the first that matches and comes up is played. */
export interface FaultPlan {
  /**
   * Replaces all faults. @param input `{seed?, faults: [{kind, api?, path?, probability?, count?, …}]}`
   * @throws FaultPlanError on an unknown field or a value out of its range, with nothing replaced.
   */
  replace(input: unknown): void
  /** Each fault with how often it was played. */
  describe(): { readonly seed: number; readonly faults: readonly (Fault & { readonly played: number })[] }
  /** The fault for this call, or null. */
  draw(api: SourceName, path: string): { readonly fault: Fault; readonly random: Random } | null
}

/** Says which fields of a fault plan cannot be used. */
export class FaultPlanError extends InputError {
  override name = 'FaultPlanError'
  readonly errors: readonly { readonly field: string; readonly message: string }[]

  constructor(errors: FaultPlanError['errors']) {
    super(`Invalid fault plan: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`)
    this.errors = errors
  }
}

export function createFaultPlan(): FaultPlan {
  let seed = 1
  let random = createRandom(seed)
  let entries: { readonly fault: Fault; readonly pattern: RegExp; played: number }[] = []
  return {
    replace(input) {
      const parsed = faultPlan.safeParse(input)
      if (!parsed.success) throw new FaultPlanError(parsed.error.issues.flatMap(namedFields))
      seed = parsed.data.seed
      random = createRandom(seed)
      entries = parsed.data.faults.map((entry) => ({
        fault: entry,
        pattern: globPattern(entry.path),
        played: 0,
      }))
    },
    describe: () => ({ seed, faults: entries.map(({ fault: entry, played }) => ({ ...entry, played })) }),
    draw(api, path) {
      for (const entry of entries) {
        const { count = Infinity, probability, api: target } = entry.fault
        const isMeant = (target === 'any' || target === api) && entry.pattern.test(path)
        if (!isMeant || entry.played >= count || random.next() >= probability) continue
        entry.played++
        return { fault: entry.fault, random }
      }
      return null
    },
  }
}

function namedFields(issue: z.core.$ZodIssue): FaultPlanError['errors'] {
  const path = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ field: path || '(body)', message: issue.message }]
  return issue.keys.map((key) => ({ field: path ? `${path}.${key}` : key, message: 'unknown field' }))
}

function globPattern(glob: string): RegExp {
  const literal = glob.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literal.join('.*')}$`)
}
