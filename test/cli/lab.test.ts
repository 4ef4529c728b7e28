import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { classifierAlgorithms } from '../../models/classifiers/classifier.ts'
import { detectorAlgorithms } from '../../models/detectors/detector.ts'
import { createRandom } from '../../models/random.ts'
import type { FitReport } from '../../src/cli/lab/classify.ts'
import type { DetectReport } from '../../src/cli/lab/detect.ts'
import { temporaryFiles, tidegauge } from './cli.ts'

const file = temporaryFiles()

/** The class follows from `size` and `chain`; `noise` says nothing; some cells are blank. */
function rows(count: number, seed: number): string[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, i) => {
    const size = random.next()
    const chain = random.next() < 0.5 ? 'Ethereum' : 'Tron, old'
    const level = chain === 'Ethereum' ? (size > 0.5 ? 'high' : 'low') : 'medium risk'
    return `${i % 10 === 0 ? '' : random.next()},"${chain}",${size},${level}`
  })
}
const header = 'noise,chain,size,level'
const train = file('train.csv', [header, ...rows(200, 1)])
const test = file('test.csv', [header, ...rows(60, 2)])
const columns = ['--target', 'level', '--categorical', 'chain']
const fit = (algorithm: string, ...more: string[]) =>
  tidegauge(['lab', 'fit', algorithm, '--train', train, '--test', test, ...columns, '--json', ...more])
const learn = (algorithm: string, trainFile: string, testFile: string, ...more: string[]) =>
  tidegauge([
    'lab',
    'fit',
    algorithm,
    '--train',
    trainFile,
    '--test',
    testFile,
    ...columns,
    '--json',
    ...more,
  ])
/** With every field in quotes. */
const quotedLine = (line: string): string =>
  line.replace(/("[^"]*"|[^,]*)(,|$)/g, (_, field: string, end: string) =>
    field.startsWith('"') || (field === '' && end === '') ? field + end : `"${field}"${end}`,
  )
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')

describe('tidegauge lab fit', () => {
  it.each(classifierAlgorithms)('learns a rule of a number and a category with %s', async (algorithm) => {
    const out = file(`${algorithm}.csv`)
    const { code, out: printed } = await fit(algorithm, '--out', out)
    expect(code).toBe(0)
    const report = JSON.parse(printed) as FitReport
    // A line through numbers cannot say "large, but only on Ethereum".
    expect(report.macro_f1).toBeGreaterThan(algorithm === 'logistic' ? 0.8 : 0.95)
    expect(report.accuracy).toBeGreaterThan(0.8)
    expect(report.log_loss).toBeLessThan(0.5)
    expect(report.importances['noise']).toBeLessThan(report.importances['size']!)

    const [labels, ...probabilities] = linesOf(out)
    expect(labels).toBe('high,low,medium risk')
    expect(probabilities).toHaveLength(60)
    for (const line of probabilities)
      expect(line.split(',').reduce((sum, cell) => sum + Number(cell), 0)).toBeCloseTo(1, 9)
  })

  it('gives the same predictions for the same seed, and others for another', async () => {
    const [a, b, c] = ['a.csv', 'b.csv', 'c.csv'].map((name) => file(name)) as [string, string, string]
    for (const [out, seed] of [
      [a, '7'],
      [b, '7'],
      [c, '8'],
    ] as const)
      await fit('random-forest', '--seed', seed, '--out', out)
    expect(linesOf(a)).toEqual(linesOf(b))
    expect(linesOf(a)).not.toEqual(linesOf(c))
  })

  it('predicts rows whose class nobody knows, in any order of the columns', async () => {
    const bare = file('bare.csv', ['size,chain,noise', '0.9,Ethereum,0.1', '0.1,Ethereum,', '0.5,Solana,0.2'])
    const out = file('bare-out.csv')
    const words = [
      'lab',
      'fit',
      'catboost',
      '--train',
      train,
      '--test',
      bare,
      ...columns,
      '--out',
      out,
      '--json',
    ]
    const { code, out: printed } = await tidegauge(words)
    expect(code).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({
      macro_f1: null,
      log_loss: null,
      accuracy: null,
      test_rows: 3,
    })
    const [high, low] = linesOf(out)
      .slice(1)
      .map((line) => line.split(',').map(Number))
    expect(high![0]).toBeGreaterThan(0.5)
    expect(low![1]).toBeGreaterThan(0.5)
  })

  it('tells people the figures in words', async () => {
    const words = ['lab', 'fit', 'xgboost', '--train', train, '--test', test, ...columns]
    const { out } = await tidegauge(words)
    expect(out).toMatch(/^xgboost \(native-ts\): 200 rows learned in [\d.]+ ms, 60 predicted/)
    expect(out).toMatch(/macro-F1 \d\.\d{4}, log-loss \d\.\d{4}, accuracy \d\.\d{4}/)
  })

  const bad = (name: string, ...lines: string[]) => file(name, [header, ...lines])
  it.each([
    [
      'an unknown algorithm',
      ['nope', '--train', train],
      /Allowed choices are random-forest, xgboost, lightgbm, catboost, logistic/,
    ],
    [
      'an unknown parameter',
      ['xgboost', '--train', train, '--params', '{"depht":3}'],
      /max_depth.*got depht/,
    ],
    ['params that are no object', ['xgboost', '--train', train, '--params', '[1]'], /Expected a JSON object/],
    [
      'a missing target',
      ['xgboost', '--train', file('bare2.csv', ['noise,chain,size', '1,E,1'])],
      /bare2\.csv: has no column "level"; it has noise, chain, size/,
    ],
    [
      'a cell that is no number',
      ['xgboost', '--train', bad('cell.csv', '1,E,2,low', '1,E,abc,high')],
      /cell\.csv line 3, column "size": expected a number or nothing, got "abc"/,
    ],
    [
      'an infinite number',
      ['xgboost', '--train', bad('inf.csv', '1,E,1e999,low', '1,E,1,high')],
      /inf\.csv line 2, column "size"/,
    ],
    [
      'a row of another width',
      ['xgboost', '--train', bad('wide.csv', '1,E,2,low,7')],
      /wide\.csv line 2: expected 4 fields, got 5/,
    ],
    [
      'one class only',
      ['xgboost', '--train', bad('one.csv', '1,E,2,low', '2,E,3,low')],
      /one\.csv: column "level" has one class only \("low"\)/,
    ],
    [
      'a blank class',
      ['xgboost', '--train', bad('blank.csv', '1,E,2,low', '2,E,3,')],
      /blank\.csv line 3, column "level": expected a class/,
    ],
    ['no rows', ['xgboost', '--train', bad('none.csv')], /none\.csv: has a header but no rows/],
    ['an empty file', ['xgboost', '--train', file('empty.csv', [])], /empty\.csv: is empty/],
    ['no such file', ['xgboost', '--train', file('absent.csv')], /absent\.csv: cannot be read/],
    [
      'an unknown engine',
      ['xgboost', '--train', train, '--engine', 'gpu'],
      /engine of xgboost \(native-ts\), got gpu/,
    ],
  ])('refuses %s with one sentence and exit code 2', async (_fault, words, sentence) => {
    const { code, out, err } = await tidegauge(['lab', 'fit', ...words, '--test', test, ...columns])
    expect(err).toMatch(sentence)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('reads files as spreadsheets write them: a byte order mark, CRLF, quotes, blank lines', async () => {
    const plain = [header, ...rows(80, 4)]
    const written = plain.flatMap((line, i) => [`${i === 0 ? '\uFEFF' : ''}${quotedLine(line)}\r`, '\r'])
    const [a, b] = [file('plain.csv'), file('spreadsheet.csv')]
    const outcomes = [
      await learn('xgboost', file('plain-train.csv', plain), test, '--out', a),
      await learn('xgboost', file('spreadsheet-train.csv', written), test, '--out', b),
    ]
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0])
    expect(linesOf(b)).toEqual(linesOf(a))
  })

  it.each(classifierAlgorithms)(
    'gives columns that are constant, or always blank, no part in %s',
    async (algorithm) => {
      const dull = (lines: readonly string[]): string[] => [
        `${header},same,empty`,
        ...lines.map((line) => `${line},7,`),
      ]
      const { code, out } = await learn(
        algorithm,
        file(`dull-${algorithm}.csv`, dull(rows(80, 5))),
        file('dull-test.csv', dull(rows(20, 6))),
      )
      expect(code).toBe(0)
      expect((JSON.parse(out) as FitReport).importances).toMatchObject({ same: 0, empty: 0 })
    },
  )

  it.each(classifierAlgorithms)(
    'learns from duplicate rows with %s, and predicts equal rows and unseen categories',
    async (algorithm) => {
      const double = rows(30, 7).flatMap((line) => [line, line, line])
      const asked = ['0.5,Ethereum,0.9,high', '0.5,Ethereum,0.9,high', '0.5,Atlantis,,low']
      const out = file(`double-${algorithm}-out.csv`)
      const { code } = await learn(
        algorithm,
        file(`double-${algorithm}.csv`, [header, ...double]),
        file('asked.csv', [header, ...asked]),
        '--out',
        out,
      )
      expect(code).toBe(0)
      const [, first, second, unseen] = linesOf(out)
      expect(second).toBe(first)
      for (const cell of unseen!.split(',')) expect(Number(cell)).toBeGreaterThanOrEqual(0)
    },
  )

  it.each([
    ['lacks a column', ['noise,size,level', '1,2,low'], /column "chain"; it has noise, size, level/],
    ['has an infinite value', [header, '1,Ethereum,1e999,low'], /line 2, column "size".*got "1e999"/],
    ['has a row of another width', [header, '1,Ethereum,1,low,9'], /line 2: expected 4 fields, got 5/],
    ['has no rows', [header], /has a header but no rows/],
    [
      'leaves a quote open',
      [header, '1,"Ethereum,1,low'],
      /line 2: a quote is not closed; a field may not span lines/,
    ],
    ['has text behind a quote', [header, '1,"Ethereum"x,1,low'], /line 2: Invalid Closing Quote/],
    [
      'is written in UTF-16',
      [Array.from(header, (letter) => `${letter}\0`).join(''), '1'],
      /is no text in UTF-8/,
    ],
    [
      'names a column twice',
      ['noise,chain,size,size', '1,Ethereum,1,2'],
      /line 1: has two columns named "size"/,
    ],
  ])('refuses a test file that %s', async (fault, lines, sentence) => {
    const { code, out, err } = await learn('xgboost', train, file(`${fault.replaceAll(' ', '-')}.csv`, lines))
    expect(err).toMatch(sentence)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('refuses a test row of a class that training never saw', async () => {
    const odd = bad('odd.csv', '1,Ethereum,0.5,strange')
    const { code, err } = await tidegauge([
      'lab',
      'fit',
      'xgboost',
      '--train',
      train,
      '--test',
      odd,
      ...columns,
    ])
    expect(code).toBe(2)
    expect(err).toMatch(/odd\.csv line 2, column "level": the class "strange" is not among/)
  })
})

describe('tidegauge lab explain', () => {
  it('writes SHAP values that add up to the margins behind the probabilities', async () => {
    const [shap, predictions] = [file('shap.csv'), file('shap-p.csv')]
    await fit('xgboost', '--out', predictions)
    const words = ['lab', 'explain', 'xgboost', '--train', train, '--test', test, ...columns, '--out', shap]
    expect((await tidegauge(words)).code).toBe(0)
    const [names, ...lines] = linesOf(shap)
    expect(names).toBe('row,class,feature,value,base,output_space')
    expect(lines).toHaveLength(60 * 3 * 3)

    const margin = new Map<string, number>()
    for (const line of lines) {
      const [row, label, , value, base, space] = line.split(',') as [
        string,
        string,
        string,
        string,
        string,
        string,
      ]
      expect(space).toBe('raw_margin')
      const key = `${row} ${label}`
      margin.set(key, (margin.get(key) ?? Number(base)) + Number(value))
    }
    linesOf(predictions)
      .slice(1)
      .forEach((line, row) => {
        const odds = ['high', 'low', 'medium risk'].map((label) => Math.exp(margin.get(`${row} ${label}`)!))
        const total = odds.reduce((a, b) => a + b, 0)
        line.split(',').forEach((cell, c) => expect(odds[c]! / total).toBeCloseTo(Number(cell), 9))
      })
  })
})

describe('tidegauge lab detect', () => {
  const random = createRandom(3)
  const crowd = Array.from({ length: 80 }, () => `${random.next()},${random.next()}`)
  const x = file('x.csv', ['a,b', ...crowd, '9,9'])
  const detect = (algorithm: string, ...more: string[]) =>
    tidegauge(['lab', 'detect', algorithm, '--train', x, '--json', ...more])

  it.each(detectorAlgorithms)('scores the row far from the crowd highest with %s', async (algorithm) => {
    const { code, out } = await detect(algorithm)
    expect(code).toBe(0)
    const { scores, labels, threshold } = JSON.parse(out) as DetectReport
    expect(scores!.indexOf(Math.max(...scores!))).toBe(80)
    expect(labels![80]).toBe(1)
    expect(labels).toEqual(scores!.map((score) => (score > threshold ? 1 : 0)))
  })

  it('labels the contaminated share of the training rows', async () => {
    const { out } = await detect('isolation-forest', '--contamination', '0.25')
    expect((JSON.parse(out) as DetectReport).anomalies / 81).toBeCloseTo(0.25, 1)
    const estimated = JSON.parse((await detect('lof', '--contamination', 'auto')).out) as DetectReport
    expect(estimated.anomalies).toBeLessThan(5)
  })

  it('scores another file into a file', async () => {
    const [other, out] = [file('other.csv', ['b,a', '0.5,0.5', '50,50']), file('scores.csv')]
    await detect('lof', '--test', other, '--out', out)
    const [names, near, far] = linesOf(out)
    expect(names).toBe('score,label')
    expect(near).toMatch(/,0$/)
    expect(far).toMatch(/,1$/)
  })

  it('says how to install the engine that is not there', async () => {
    const { code, err } = await detect('autoencoder', '--engine', 'tfjs')
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('npm install @tensorflow/tfjs-node') as string,
    })
  })

  it('refuses a share that is none, and a column that is missing', async () => {
    expect(await detect('lof', '--contamination', '2')).toMatchObject({ code: 2 })
    const { code, err } = await detect('lof', '--test', file('less.csv', ['a', '1']))
    expect(code).toBe(2)
    expect(err).toMatch(/less\.csv: has no column "b"; it has a/)
  })

  const hostile = {
    'equal rows': Array.from({ length: 20 }, () => '1,2'),
    'a column without any value': Array.from({ length: 20 }, (_, i) => `${i},`),
    'one row': ['1,2'],
    duplicates: Array.from({ length: 20 }, (_, i) => (i < 15 ? '1,2' : `${i},3`)),
    'huge values': Array.from({ length: 20 }, (_, i) => (i === 19 ? '1.7e308,-1.7e308' : `${i},${i % 3}`)),
  }
  it.each(
    detectorAlgorithms.flatMap((algorithm) => Object.keys(hostile).map((what) => [algorithm, what] as const)),
  )('gives finite scores by %s for %s', async (algorithm, what) => {
    const path = file(`${algorithm} ${what}.csv`, ['a,b', ...hostile[what as keyof typeof hostile]])
    const { code, out, err } = await tidegauge(['lab', 'detect', algorithm, '--train', path, '--json'])
    expect({ code, err }).toMatchObject({ code: 0 })
    const { scores } = JSON.parse(out) as DetectReport
    expect(scores!.length).toBeGreaterThan(0)
    expect(scores!.every((score) => Number.isFinite(score))).toBe(true)
  })

  it.each([
    ['text', ['a,b', '1,2', '3,many'], /many/],
    ['a line too short', ['a,b', '1,2', '3'], /line 3|columns|cells/],
    ['only a header', ['a,b'], /row/],
    ['nothing', [], /header|empty/],
  ])('refuses %s, and says where', async (what, lines, message) => {
    const { code, err } = await tidegauge(['lab', 'detect', 'lof', '--train', file(`${what}.csv`, lines)])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})
