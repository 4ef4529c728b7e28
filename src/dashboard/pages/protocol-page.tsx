import { ProtocolChart } from '../charts/protocol-chart.tsx'
import { Waterfall } from '../charts/waterfall.tsx'
import { featureLabel, featureValue } from '../feature-labels.ts'
import { age, moment, percent, words } from '../format.ts'
import { AnomalyReasons } from '../parts/anomaly-reasons.tsx'
import { Card, Scroll } from '../parts/card.tsx'
import { LevelBadge } from '../parts/level.tsx'
import { Empty, Show } from '../parts/states.tsx'
import type { Anomaly, FeatureVector, Page, Protocol, Risk, Shap } from '../shapes.ts'
import { useResource } from '../use-resource.ts'

export function ProtocolPage({ id }: { id: string | undefined }) {
  const slug = encodeURIComponent(id ?? '')
  const protocol = useResource<Protocol>(`/protocols/${slug}`)
  const risk = useResource<Risk>(`/risk/protocols/${slug}`, { everyMs: 60_000 })
  const history = useResource<Page<Risk>>(`/risk/protocols/${slug}/history?limit=1000`)
  return (
    <>
      {!protocol.data && <h1>{id}</h1>}
      <Show of={protocol} what="protocol">
        {(known) => (
          <>
            <Title protocol={known} risk={risk.data} />
            <ProtocolChart id={known.id} history={history.data?.items ?? []} />
            <div class="grid">
              <RiskReasons slug={slug} risk={risk} />
              <AnomalyCard slug={slug} />
              <FeatureCard slug={slug} />
              <Card title="History of levels" note="With what happened, once the horizon has passed">
                <Show of={history} what="scores">
                  {({ items }) => <History risks={items} />}
                </Show>
              </Card>
            </div>
          </>
        )}
      </Show>
    </>
  )
}

const Title = ({ protocol, risk }: { protocol: Protocol; risk: Risk | undefined }) => (
  <div class="title">
    <h1>
      {protocol.name} {protocol.symbol && <span class="note">{protocol.symbol}</span>}
    </h1>
    <p class="note">{[protocol.category, ...protocol.chains.slice(0, 6)].filter(Boolean).join(' · ')}</p>
    {protocol.dead_from && <p class="notice">This protocol is dead since {protocol.dead_from}.</p>}
    {risk && (
      <p class="line">
        <LevelBadge level={risk.risk_level} />
        <span>
          {risk.risk_level
            ? `${percent(risk.confidence)} confidence over ${risk.horizon_days} days, until ${risk.closes_on}`
            : risk.abstained_because}
        </span>
        <span class="note">as of {age(risk.as_of)} ago</span>
        {risk.beats_baselines === false && (
          <span class="badge weak">the model was not better than volatility alone</span>
        )}
      </p>
    )}
  </div>
)

function RiskReasons({ slug, risk }: { slug: string; risk: { data: Risk | undefined } }) {
  const shap = useResource<Shap>(`/features/shap/${slug}`)
  const p = risk.data?.probabilities
  return (
    <Card
      title="Why this risk level"
      note={p && `Probability: low ${percent(p.low)}, medium ${percent(p.medium)}, high ${percent(p.high)}`}
    >
      <Show of={shap} what="explanation">
        {(explained) => <Waterfall shap={explained} />}
      </Show>
    </Card>
  )
}

function AnomalyCard({ slug }: { slug: string }) {
  const anomaly = useResource<Anomaly>(`/anomaly/protocols/${slug}`, { everyMs: 60_000 })
  return (
    <Card title="Anomaly" note={anomaly.data && `Newest scan, ${age(anomaly.data.as_of)} ago`}>
      <Show of={anomaly} what="anomaly score">
        {(score) => <AnomalyReasons anomaly={score} />}
      </Show>
    </Card>
  )
}

function FeatureCard({ slug }: { slug: string }) {
  const vector = useResource<FeatureVector>(`/features/protocols/${slug}`)
  return (
    <Card
      title="Features"
      note={
        vector.data && `${vector.data.points} days in the window · as of ${moment(vector.data.as_of)} UTC`
      }
    >
      <Show of={vector} what="features">
        {({ features, flags, is_stale }) => (
          <>
            <p class="line">
              {is_stale && <span class="badge level-medium">stale: the last point is older than 3 days</span>}
              {flags.map((flag) => (
                <span class="badge weak">{words(flag)}</span>
              ))}
              {!is_stale && flags.length === 0 && <span class="badge level-low">no quality flags</span>}
            </p>
            <table class="plain">
              <tbody>
                {features.map(({ feature, value }) => (
                  <tr>
                    <th scope="row" title={feature}>
                      {featureLabel(feature)}
                    </th>
                    <td class="number">{featureValue(feature, value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </Show>
    </Card>
  )
}

function History({ risks }: { risks: readonly Risk[] }) {
  if (risks.length === 0) return <Empty>No score yet.</Empty>
  return (
    <Scroll label="History of levels">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">As of (UTC)</th>
            <th scope="col">Level</th>
            <th scope="col" class="number">
              P(high)
            </th>
            <th scope="col">Closes</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {risks.slice(0, 60).map((risk) => (
            <tr>
              <th scope="row">{moment(risk.as_of)}</th>
              <td>
                <LevelBadge level={risk.risk_level} />
              </td>
              <td class="number">{percent(risk.probabilities?.high, 1)}</td>
              <td>{risk.closes_on}</td>
              <td>{risk.outcome ? <LevelBadge level={risk.outcome} /> : <span class="quiet">open</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}
