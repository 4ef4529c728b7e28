import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readText, root } from './deployment-files.ts'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}
interface RuleTest {
  readonly alert_rule_test: readonly {
    readonly eval_time: string
    readonly alertname: string
    readonly exp_alerts: readonly unknown[]
  }[]
}
interface Dashboard {
  readonly uid: string
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const folder = join(root, 'deploy/prometheus')
const rules = (
  parse(readText('deploy/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules)
const tests = (parse(readText('deploy/prometheus/alerts.test.yml')) as { tests: RuleTest[] }).tests.flatMap(
  (test) => test.alert_rule_test,
)
const dashboards = readdirSync(join(root, 'deploy/grafana/dashboards')).map(
  (file) => JSON.parse(readText(`deploy/grafana/dashboards/${file}`)) as Dashboard,
)
const promtool = spawnSync('promtool', ['--version'])
const hasPromtool = promtool.error === undefined
const isCi = process.env['CI'] === 'true'

describe('O1: every alert rule has a promtool unit test', () => {
  it.each(rules.map(({ alert }) => alert))('O1: %s is seen silent, then firing, then cleared', (alert) => {
    const own = tests.filter(({ alertname }) => alertname === alert)
    const minutes = own.map(({ eval_time }) => Number.parseInt(eval_time, 10))
    expect(minutes).toEqual([...minutes].sort((a, b) => a - b))
    expect(own.map(({ exp_alerts }) => exp_alerts.length > 0)).toEqual([false, true, false])
  })

  it.runIf(hasPromtool || isCi)(
    'O1: the unit tests pass (skipped where promtool of the package prometheus is not on the PATH)',
    () => {
      expect(hasPromtool, 'promtool is missing: .ci/run unpacks it from the Debian package prometheus').toBe(
        true,
      )
      for (const words of [
        ['check', 'rules', 'alerts.yml'],
        ['test', 'rules', 'alerts.test.yml'],
      ]) {
        const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: folder, encoding: 'utf8' })
        expect(status, stdout + stderr).toBe(0)
      }
    },
    120_000,
  )

  it('says to whoever is woken what is wrong and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['warning', 'critical'], alert).toContain(labels.severity)
      expect(annotations.summary.length, alert).toBeGreaterThan(10)
      expect(annotations.description.length, alert).toBeGreaterThan(20)
    }
  })
})

describe('rules, dashboards and the autoscaler', () => {
  const exported = new Map(
    [...readText('docs/metrics.md').matchAll(/^\| `(tidegauge_\w+)` +\| (\w+) +\|/gm)].map(
      ([, name, type]) => [name!, type!],
    ),
  )
  const isExported = (name: string): boolean => {
    const [, base = '', suffix] = /^(.*)_(bucket|count|sum)$/.exec(name) ?? []
    return exported.has(name) || (suffix !== undefined && exported.get(base) === 'histogram')
  }
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))),
    readText('deploy/k8s/keda.yaml'),
  ]
  const used = new Set(expressions.flatMap((text) => text.match(/\btidegauge_\w+/g) ?? []))

  it('name only metrics that the product exports', () => {
    expect(used.size).toBeGreaterThan(20)
    expect([...used].filter((name) => !isExported(name))).toEqual([])
  })

  it('take the maximum of what several web processes tell alike', () => {
    const fleet = readText('docs/metrics.md').split('## Fleet view')[1]!.split('\n## ')[0]!
    const shared = [...fleet.matchAll(/^\| `(tidegauge_\w+)`/gm)].map(([, name]) => name!)
    for (const expression of expressions)
      for (const name of shared)
        for (const { index } of expression.matchAll(new RegExp(`\\b${name}\\b`, 'g')))
          expect(expression.slice(0, index), `${name} in ${expression}`).toMatch(/max( by \([\w, ]+\))? ?\($/)
  })
})

describe('the dashboards', () => {
  it('have ids of their own, and every panel asks for something', () => {
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
    for (const { panels } of dashboards)
      for (const { title, targets } of panels) expect(targets.length, title).toBeGreaterThan(0)
  })
})
