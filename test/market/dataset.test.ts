import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isoDate } from '../../src/domain/calendar.ts'
import { InputError } from '../../src/errors.ts'
import { loadDataset, writeDataset } from '../../src/market/dataset.ts'
import { simulateDataset } from '../../src/market/simulator/simulate-dataset.ts'

const header = 'date,slug,tvl_usd,price_usd,market_cap_usd,volume_usd'
const protocols = [
  { slug: 'aa', name: 'Aa', symbol: 'AA', gecko_id: 'aa', category: 'Dexs', chains: ['Ethereum'] },
  { slug: 'bb', name: 'Bb', symbol: '-', gecko_id: null, category: null, chains: [], source_tags: 'x,y' },
]

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tidegauge-dataset-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function given(rows: readonly string[], files: Record<string, unknown> = {}): Promise<void> {
  await writeFile(join(dir, 'protocols.json'), JSON.stringify(files['protocols.json'] ?? protocols))
  await writeFile(join(dir, 'daily.csv'), `${rows.join('\n')}\n`)
  if ('hacks.json' in files) await writeFile(join(dir, 'hacks.json'), JSON.stringify(files['hacks.json']))
}

async function refusal(): Promise<string> {
  const outcome = await loadDataset(dir).then(
    () => 'loaded',
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(InputError)
  return (outcome as InputError).message.replaceAll(dir, 'DIR')
}

describe('loadDataset', () => {
  it('reads columns per protocol, blanks as NaN, and ignores further columns and fields', async () => {
    await given([
      `${header},note`,
      '2022-01-01,aa,10,1,100,5,"a, b"',
      '2022-01-01,bb,7,,,,',
      '2022-01-03,aa,0,1.5,,6e3,',
    ])
    const dataset = await loadDataset(dir)
    const [aa, bb] = dataset.series
    expect([...aa!.day].map(isoDate)).toEqual(['2022-01-01', '2022-01-03'])
    expect([...aa!.tvlUsd]).toEqual([10, 0])
    expect([...aa!.marketCapUsd]).toEqual([100, NaN])
    expect([...aa!.volumeUsd]).toEqual([5, 6000])
    expect([...bb!.priceUsd]).toEqual([NaN])
    expect([isoDate(dataset.firstDay), isoDate(dataset.lastDay)]).toEqual(['2022-01-01', '2022-01-03'])
    expect(dataset).toMatchObject({ hacks: [], groundTruth: null })
  })

  it('reads past the byte order mark that spreadsheets write', async () => {
    await given([`\ufeff${header}`, '2022-01-01,aa,10,,,'])
    expect((await loadDataset(dir)).series[0]!.tvlUsd).toEqual(Float64Array.of(10))
  })

  it('reads a compressed file and a protocol without rows', async () => {
    await writeFile(join(dir, 'protocols.json'), JSON.stringify(protocols))
    await writeFile(join(dir, 'daily.csv.gz'), gzipSync(`${header}\r\n2022-01-01,bb,7,,,\r\n`))
    const { series } = await loadDataset(dir)
    expect(series.map(({ day }) => day.length)).toEqual([0, 1])
  })

  it.each([
    [
      'a missing column',
      ['date,slug,tvl_usd,volume_usd'],
      /^DIR\/daily.csv line 1: missing column price_usd, market_cap_usd; expected date,slug,/,
    ],
    [
      'an unparsable date',
      [header, '2022-02-30,aa,1,,,'],
      'DIR/daily.csv line 2, column date: expected a date YYYY-MM-DD, got "2022-02-30"',
    ],
    [
      'a duplicate day',
      [header, '2022-01-01,aa,1,,,', '2022-01-01,bb,1,,,', '2022-01-01,aa,2,,,'],
      'DIR/daily.csv line 4, column date: duplicate day 2022-01-01 of "aa"',
    ],
    [
      'unsorted days',
      [header, '2022-01-02,aa,1,,,', '2022-01-01,aa,2,,,'],
      'DIR/daily.csv line 3, column date: 2022-01-01 of "aa" stands after 2022-01-02; dates must ascend',
    ],
    [
      'an unknown slug',
      [header, '2022-01-02,cc,1,,,'],
      'DIR/daily.csv line 2, column slug: "cc" is not in protocols.json',
    ],
    [
      'NaN',
      [header, '2022-01-02,aa,NaN,,,'],
      'DIR/daily.csv line 2, column tvl_usd: expected a number of at least 0 or a blank, got "NaN"',
    ],
    [
      'a negative TVL',
      [header, '2022-01-02,aa,-3,,,'],
      'DIR/daily.csv line 2, column tvl_usd: expected a number of at least 0 or a blank, got "-3"',
    ],
    [
      'an infinite price',
      [header, '2022-01-02,aa,1,1e999,,'],
      'DIR/daily.csv line 2, column price_usd: expected a number of at least 0 or a blank, got "1e999"',
    ],
    [
      'a short row after a blank line',
      [header, '', '2022-01-02,aa,1'],
      'DIR/daily.csv line 3: expected 6 columns as in the header, got 3',
    ],
    ['no rows', [header], 'DIR: daily.csv has no rows'],
  ])('refuses %s, naming file, line and column', async (_, rows, message) => {
    await given(rows)
    expect(await refusal()).toMatch(message)
  })

  it('names the line of an unclosed quote', async () => {
    await given([header, '2022-01-02,"aa,1,,,'])
    expect(await refusal()).toMatch(/^DIR\/daily.csv line 2: a quote is not closed/)
  })

  it('refuses a file that is not gzip under the name of one', async () => {
    await writeFile(join(dir, 'protocols.json'), JSON.stringify(protocols))
    await writeFile(join(dir, 'daily.csv.gz'), header)
    expect(await refusal()).toBe('DIR/daily.csv.gz: cannot be read (incorrect header check)')
  })

  it('says which file is missing', async () => {
    expect(await refusal()).toBe(
      'DIR/protocols.json: not found; a dataset is a folder with protocols.json and daily.csv',
    )
    await writeFile(join(dir, 'protocols.json'), '[]')
    expect(await refusal()).toBe('DIR: has neither daily.csv nor daily.csv.gz')
  })

  it('says the same of a folder that does not exist', async () => {
    await expect(loadDataset(join(dir, 'nowhere'))).rejects.toThrow(/nowhere\/protocols.json: not found/)
  })

  it('names entry and field of a bad protocol', async () => {
    await given([header], { 'protocols.json': [protocols[0], { ...protocols[1], chains: 'Ethereum' }] })
    expect(await refusal()).toMatch(/^DIR\/protocols.json entry 2, field chains: /)
  })

  it('refuses a slug that stands twice', async () => {
    await given([header], { 'protocols.json': [protocols[0], protocols[0]] })
    expect(await refusal()).toBe('DIR/protocols.json entry 2, field slug: "aa" is already entry 1')
  })

  it('names the entry of a bad hack and refuses what is not JSON', async () => {
    const rows = [header, '2022-01-02,aa,1,,,']
    await given(rows, { 'hacks.json': [{ date: 'today', name: 'Aa' }] })
    expect(await refusal()).toMatch(/^DIR\/hacks.json entry 1, field date: /)
    await writeFile(join(dir, 'hacks.json'), '[')
    expect(await refusal()).toMatch(/^DIR\/hacks.json: not JSON \(/)
  })
})

describe('writeDataset', () => {
  it('writes what loadDataset reads back as the same, over an older dataset', async () => {
    await given([header, '2022-01-02,aa,1,,,'])
    const dataset = simulateDataset({ protocols: 8, days: 120, seed: 7 })
    await writeDataset(dir, dataset)
    expect(await loadDataset(dir)).toEqual(dataset)
    expect((await readdir(dir)).sort()).toEqual([
      'daily.csv.gz',
      'ground-truth.json',
      'hacks.json',
      'protocols.json',
    ])
  })
})

const recorded = process.env['TIDEGAUGE_DATASET'] ?? ''
describe.runIf(recorded !== '')('a recorded dataset', () => {
  it('loads: every protocol has rows and every number is in its bounds', async () => {
    const { protocols, series } = await loadDataset(recorded)
    expect(series).toHaveLength(protocols.length)
    for (const { day, tvlUsd, priceUsd } of series) {
      expect(day.length).toBeGreaterThan(0)
      expect(tvlUsd).toHaveLength(day.length)
      expect(tvlUsd.every((value) => !(value < 0)) && priceUsd.every((value) => !(value < 0))).toBe(true)
    }
  })
})
