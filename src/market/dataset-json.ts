import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { protocolId } from '../domain/market.ts'
import { InputError } from '../errors.ts'

const datasetProtocol = z.object({
  slug: protocolId,
  name: z.string().min(1),
  /** "-" where there is no token, as upstream writes it. */
  symbol: z.string(),
  /** CoinGecko's id of the token; of a child protocol the parent's token. */
  gecko_id: z.string().min(1).nullable(),
  category: z.string().min(1).nullable(),
  /** The chain that holds most TVL first. */
  chains: z.array(z.string().min(1)),
  /** DeFiLlama's numeric id, the key of `/hacks`. */
  id: z.string().min(1).optional(),
  /** Such as `parent#aave`. */
  parentProtocol: z.string().min(1).optional(),
  deadFrom: z.iso.date().optional(),
})
/** An entry of `protocols.json`. */
export type DatasetProtocol = z.output<typeof datasetProtocol>

const datasetHack = z.object({
  /** Unix seconds. */
  date: z.int().nonnegative(),
  name: z.string(),
  classification: z.string().nullish(),
  technique: z.string().nullish(),
  /** USD. */
  amount: z.number().nullish(),
  chain: z.array(z.string()).nullish(),
  bridgeHack: z.boolean().optional(),
  targetType: z.string().nullish(),
  source: z.string().nullish(),
  returnedFunds: z.number().nullish(),
  defillamaId: z.union([z.number(), z.string()]).nullish(),
  parentProtocolId: z.string().nullish(),
  language: z.string().nullish(),
})
/** An entry of `hacks.json`, DeFiLlama's own shape. */
export type DatasetHack = z.output<typeof datasetHack>

/** What can happen to a simulated protocol; `wash-volume` harms nobody's deposits. */
const incidentKinds = ['bank-run', 'depeg', 'slow-bleed', 'tvl-drain', 'wash-volume'] as const

const groundTruth = z.object({
  seed: z.int(),
  /** Hidden quality per slug, standard normal, higher is safer. */
  quality: z.record(z.string(), z.number()),
  incidents: z.array(
    z.object({
      slug: z.string(),
      kind: z.enum(incidentKinds),
      first_date: z.iso.date(),
      last_date: z.iso.date(),
      /** The share of TVL that is gone at the end; of wash volume the factor on volume. */
      severity: z.number().nonnegative(),
    }),
  ),
  /** Days on which the feed was wrong and the protocol was not. */
  glitches: z.array(z.object({ slug: z.string(), date: z.iso.date(), days: z.int().positive() })),
})
export type GroundTruth = z.output<typeof groundTruth>

export async function readProtocols(dir: string): Promise<DatasetProtocol[]> {
  const file = join(dir, 'protocols.json')
  const protocols = await readEntries(file, datasetProtocol)
  if (protocols === null)
    throw new InputError(`${file}: not found; a dataset is a folder with protocols.json and daily.csv`)
  const entryOf = new Map<string, number>()
  protocols.forEach(({ slug }, i) => {
    const earlier = entryOf.get(slug)
    if (earlier !== undefined)
      throw new InputError(`${file} entry ${i + 1}, field slug: "${slug}" is already entry ${earlier}`)
    entryOf.set(slug, i + 1)
  })
  return protocols
}

export async function readHacks(dir: string): Promise<DatasetHack[]> {
  return (await readEntries(join(dir, 'hacks.json'), datasetHack)) ?? []
}

export async function readGroundTruth(dir: string): Promise<GroundTruth | null> {
  const file = join(dir, 'ground-truth.json')
  const found = await readJson(file)
  if (found === null) return null
  const parsed = groundTruth.safeParse(found.value)
  if (!parsed.success) throw new InputError(`${file}, ${firstIssue(parsed.error)}`)
  return parsed.data
}

/** One entry per line: small, and still a readable difference. */
export async function writeJson(file: string, value: readonly unknown[] | object): Promise<void> {
  const text = Array.isArray(value)
    ? `[\n${value.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`
    : `${JSON.stringify(value)}\n`
  await writeFile(file, text)
}

async function readEntries<T>(file: string, schema: z.ZodType<T>): Promise<T[] | null> {
  const found = await readJson(file)
  if (found === null) return null
  if (!Array.isArray(found.value)) throw new InputError(`${file}: expected a JSON array`)
  return found.value.map((entry: unknown, i) => {
    const parsed = schema.safeParse(entry)
    if (!parsed.success) throw new InputError(`${file} entry ${i + 1}, ${firstIssue(parsed.error)}`)
    return parsed.data
  })
}

async function readJson(file: string): Promise<{ value: unknown } | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw new InputError(`${file}: cannot be read (${(error as Error).message})`, { cause: error })
  }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    throw new InputError(`${file}: not JSON (${(error as Error).message})`, { cause: error })
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]!
  return `field ${issue.path.join('.') || '(whole)'}: ${issue.message}`
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
