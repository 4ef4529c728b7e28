import type { Answer } from '../api.ts'
import { moment } from '../format.ts'
import { algorithmName, title } from '../names.ts'
import type { Resource } from '../use-answer.ts'
import { Card, Scroll } from './card.tsx'
import { Empty, Show } from './states.tsx'

export const PromotionCard = ({ promotions }: { promotions: Resource<Answer<'/models/promotions'>> }) => (
  <Card title="Promotions" note="Who made which model current, and why">
    <Show of={promotions} what="promotions">
      {({ items }) =>
        items.length === 0 ? (
          <Empty>No model was promoted yet.</Empty>
        ) : (
          <Scroll label="Promotions">
            <ol class="list">
              {items.map((one) => (
                <li>
                  <div class="line">
                    <strong>
                      {title(one.kind)} v{one.version}
                    </strong>
                    <span>{algorithmName(one.algorithm)}</span>
                    <span class="number quiet">{moment(one.promoted_at)} UTC</span>
                  </div>
                  <p class="note">
                    {one.reason} · by {one.promoted_by}
                  </p>
                </li>
              ))}
            </ol>
          </Scroll>
        )
      }
    </Show>
  </Card>
)
