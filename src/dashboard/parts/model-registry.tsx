import { useState } from 'preact/hooks'
import { answerOf, client, type Schemas } from '../api.ts'
import { moment, whole } from '../format.ts'
import { algorithmName } from '../names.ts'
import { useAction } from '../use-action.ts'
import { Card, Scroll } from './card.tsx'
import { Empty } from './states.tsx'

type Model = Schemas['Model']

interface ModelRegistryProps {
  readonly models: readonly Model[]
  readonly onPromoted: () => void
}

/** Every registered model, newest first, and the button that makes one of them current. */
export function ModelRegistry({ models, onPromoted }: ModelRegistryProps) {
  const [chosen, setChosen] = useState<Model>()
  return (
    <Card title="Versions" note="Roll back or forward; everything is then scored anew">
      {models.length === 0 && <Empty>No model is registered yet.</Empty>}
      {models.length > 0 && <VersionTable models={models} onChoose={setChosen} />}
      {chosen && (
        <PromotionForm
          key={chosen.id}
          model={chosen}
          onDone={() => {
            setChosen(undefined)
            onPromoted()
          }}
        />
      )}
    </Card>
  )
}

interface VersionTableProps {
  readonly models: readonly Model[]
  readonly onChoose: (model: Model) => void
}

const VersionTable = ({ models, onChoose }: VersionTableProps) => (
  <Scroll label="Versions">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Trained (UTC)</th>
          <th scope="col" class="number">
            Rows
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <tr>
            <th scope="row">
              {model.kind} v{model.version}
              <p class="note">{algorithmName(model.algorithm)}</p>
            </th>
            <td>{moment(model.created_at)}</td>
            <td class="number">{whole(model.training_rows)}</td>
            <td>
              {model.is_current ? (
                <span class="badge level-low">current</span>
              ) : (
                <button
                  type="button"
                  aria-label={`Make current: ${model.kind} v${model.version}`}
                  onClick={() => onChoose(model)}
                >
                  Make current
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)

function PromotionForm({ model, onDone }: { model: Model; onDone: () => void }) {
  const [reason, setReason] = useState('')
  const { run, fault, isRunning } = useAction(async () => {
    await answerOf(
      client.POST('/models/{id}/promote', { params: { path: { id: model.id } }, body: { reason } }),
    )
    onDone()
  })
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault()
        run()
      }}
    >
      <label>
        Why {model.kind} v{model.version}?
        <input
          required
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <button class="primary" disabled={isRunning}>
        Make it current
      </button>
      {fault && <p role="alert">{fault.message}</p>}
    </form>
  )
}
