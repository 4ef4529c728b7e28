import type { Schemas } from '../api.ts'
import { ProtocolChart } from '../charts/protocol-chart.tsx'
import { Waterfall } from '../charts/waterfall.tsx'
import { ago, moment, percent, usd } from '../format.ts'
import { useDataNow } from '../market.ts'
import { AnomalyReasons } from '../parts/anomaly-reasons.tsx'
import { Card } from '../parts/card.tsx'
import { FeatureVector } from '../parts/feature-vector.tsx'
import { LevelHistory } from '../parts/level-history.tsx'
import { LevelBadge } from '../parts/level.tsx'
import { Show } from '../parts/states.tsx'
import { linkTo } from '../route.ts'
import { type Resource, useAnswer } from '../use-answer.ts'

type Risk = Schemas['Risk']
type Protocol = Schemas['Protocol']

export function ProtocolPage({ id = '' }: { id: string | undefined }) {
  const path = { id }
  const protocol = useAnswer('/protocols/{id}', { path })
  const risk = useAnswer('/risk/protocols/{id}', { path }, { everyMs: 60_000 })
  const history = useAnswer('/risk/protocols/{id}/history', { path, query: { limit: 1000 } })
  return (
    <>
      <nav aria-label="Where this is" class="note">
        <a href={linkTo('')}>All protocols</a>
      </nav>
      {!protocol.data && <h1>{id}</h1>}
      <Show of={protocol} what="protocol">
        {(known) => (
          <>
            <Title protocol={known} risk={risk.data} />
            <ProtocolChart id={known.id} history={history.data?.items ?? []} />
            <div class="grid">
              <RiskReasons id={id} risk={risk} />
              <AnomalyCard id={id} />
              <FeatureCard id={id} />
              <Card title="History of levels" note="With what happened, once the horizon has passed">
                <Show of={history} what="scores">
                  {({ items }) => <LevelHistory risks={items} />}
                </Show>
              </Card>
            </div>
          </>
        )}
      </Show>
    </>
  )
}

const namedChains = 6

function Title({ protocol, risk }: { protocol: Protocol; risk: Risk | undefined }) {
  const { name, symbol, category, chains, dead_from } = protocol
  const more = chains.length - namedChains
  return (
    <div class="title">
      <h1>
        {name} {symbol && <span class="note">{symbol}</span>}
      </h1>
      <p class="note">
        {[category, ...chains.slice(0, namedChains)].filter(Boolean).join(' · ')}
        {more > 0 && ` and ${more} more chains`}
      </p>
      {dead_from && <p class="notice">DeFiLlama calls this protocol dead since {dead_from}.</p>}
      {risk && <Verdict risk={risk} />}
    </div>
  )
}

function Verdict({ risk }: { risk: Risk }) {
  const now = useDataNow()
  return (
    <p class="line">
      <LevelBadge level={risk.risk_level} />
      <span>
        {risk.risk_level
          ? `with ${percent(risk.confidence)} confidence for the ${risk.horizon_days} days until `
          : risk.abstained_because}
        {risk.risk_level && <span class="date">{risk.closes_on}</span>}
      </span>
      {risk.tvl_usd !== null && <span>TVL {usd(risk.tvl_usd)}</span>}
      <span class="note" title={`${moment(risk.as_of)} UTC`}>
        scored {ago(risk.as_of, now)}
      </span>
      {risk.beats_baselines === false && (
        <span class="badge weak" title="On its walk-forward folds; the models page has the figures">
          the model was not better than volatility alone
        </span>
      )}
    </p>
  )
}

function RiskReasons({ id, risk }: { id: string; risk: Resource<Risk> }) {
  const shap = useAnswer('/features/shap/{id}', { path: { id } })
  const p = risk.data?.probabilities
  return (
    <Card
      title="Why this risk level"
      note={p && `Calibrated: low ${percent(p.low)}, medium ${percent(p.medium)}, high ${percent(p.high)}`}
    >
      <Show of={shap} what="explanation">
        {(explained) => <Waterfall shap={explained} />}
      </Show>
    </Card>
  )
}

function AnomalyCard({ id }: { id: string }) {
  const anomaly = useAnswer('/anomaly/protocols/{id}', { path: { id } }, { everyMs: 60_000 })
  const now = useDataNow()
  return (
    <Card title="Anomaly" note={anomaly.data && `Newest scan, data of ${ago(anomaly.data.as_of, now)}`}>
      <Show of={anomaly} what="anomaly score">
        {(score) => <AnomalyReasons anomaly={score} />}
      </Show>
    </Card>
  )
}

function FeatureCard({ id }: { id: string }) {
  const vector = useAnswer('/features/protocols/{id}', { path: { id } })
  const note =
    vector.data && `${vector.data.points} days in the window, as of ${moment(vector.data.as_of)} UTC`
  return (
    <Card title="Features" note={note}>
      <Show of={vector} what="features">
        {(known) => <FeatureVector {...known} />}
      </Show>
    </Card>
  )
}
