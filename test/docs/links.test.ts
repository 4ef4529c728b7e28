import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const pages = ['.', 'docs'].flatMap((dir) =>
  readdirSync(join(root, dir))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, dir, name)),
)
const textOf = (page: string): string => readFileSync(page, 'utf8')
const withoutCode = (text: string): string =>
  text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''))

interface Link {
  readonly target: string
  readonly line: number
}

function linksOf(page: string): Link[] {
  return [...withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(({ 1: target = '', index, input }) => ({ target, line: input.slice(0, index).split('\n').length }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
}

/** GitHub's anchors of a page's headings. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>()
  return new Set(
    [
      ...textOf(page)
        .replaceAll(/```[\s\S]*?```/g, '')
        .matchAll(/^#{1,6} (.+)$/gm),
    ].map(([, heading = '']) => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
      const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
      const times = seen.get(anchor) ?? 0
      seen.set(anchor, times + 1)
      return times === 0 ? anchor : `${anchor}-${times}`
    }),
  )
}

function whatIsWrong(page: string, { target }: Link): string | undefined {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  if (!existsSync(file)) return 'there is no such file'
  if (anchor !== undefined && !anchorsOf(file).has(anchor)) return 'there is no such heading'
  return undefined
}

describe('the documents', () => {
  it.each(pages.map((page) => [relative(root, page), page]))('%s links to what is there', (_, page) => {
    const wrong = linksOf(page).flatMap((link) => {
      const fault = whatIsWrong(page, link)
      return fault === undefined ? [] : [`line ${link.line}: ${link.target}: ${fault}`]
    })
    expect(wrong).toEqual([])
  })

  it('are all to be found from the index or the README', () => {
    const index = join(root, 'docs/README.md')
    const linked = [index, join(root, 'README.md')].flatMap((page) =>
      linksOf(page).map(({ target }) => join(dirname(page), target.split('#')[0]!)),
    )
    const lost = pages.filter(
      (page) => dirname(page) === join(root, 'docs') && page !== index && !linked.includes(page),
    )
    expect(lost.map((page) => relative(root, page))).toEqual([])
  })
})
