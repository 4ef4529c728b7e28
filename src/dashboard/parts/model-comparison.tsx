import { useState } from 'preact/hooks'
import type { Schemas } from '../api.ts'
import { figure, signed } from '../format.ts'
import { algorithmName, words } from '../names.ts'
import { useAnswer } from '../use-answer.ts'
import { Card, Scroll } from './card.tsx'
import { Empty, Show } from './states.tsx'

type Model = Schemas['Model']

/** Two versions side by side: figures, and the parameters that differ. */
export function ModelComparison({ models }: { models: readonly Model[] }) {
  const [a, setA] = useState(models[1]?.id)
  const [b, setB] = useState(models[0]?.id)
  const isPair = a !== undefined && b !== undefined && a !== b
  const comparison = useAnswer('/models/compare', isPair ? { query: { a, b } } : undefined)
  return (
    <Card
      title="Compare two versions"
      tools={
        models.length > 1 && (
          <>
            <Picker name="First version" models={models} value={a} onPick={setA} />
            <Picker name="Second version" models={models} value={b} onPick={setB} />
          </>
        )
      }
    >
      {isPair ? (
        <Show of={comparison} what="comparison">
          {(both) => <Differences {...both} />}
        </Show>
      ) : (
        <Empty>
          {models.length < 2
            ? 'Two risk models are needed; there are not so many yet.'
            : 'Choose two different versions.'}
        </Empty>
      )}
    </Card>
  )
}

interface PickerProps {
  readonly name: string
  readonly models: readonly Model[]
  readonly value: string | undefined
  readonly onPick: (id: string) => void
}

const Picker = ({ name, models, value, onPick }: PickerProps) => (
  <select aria-label={name} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
    {models.map((model) => (
      <option value={model.id}>
        v{model.version} {algorithmName(model.algorithm)}
      </option>
    ))}
  </select>
)

const Differences = ({ a, b, metrics, params }: Schemas['ModelComparison']) => (
  <Scroll label="Comparison">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col" class="number">
            v{a.version}
          </th>
          <th scope="col" class="number">
            v{b.version}
          </th>
          <th scope="col" class="number">
            Difference
          </th>
        </tr>
      </thead>
      <tbody>
        {metrics.map((row) => (
          <tr>
            <th scope="row">{words(row.metric)}</th>
            <td class="number">{figure(row.a)}</td>
            <td class="number">{figure(row.b)}</td>
            <td class="number">{differenceOf(row)}</td>
          </tr>
        ))}
        {params.map((row) => (
          <tr>
            <th scope="row">{words(row.param)}</th>
            <td class="number">{JSON.stringify(row.a)}</td>
            <td class="number">{JSON.stringify(row.b)}</td>
            <td />
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
)

/** Of two counts in whole numbers. */
function differenceOf({ a, b, difference }: Schemas['ModelComparison']['metrics'][number]): string {
  if (difference === null) return '–'
  return signed(difference, Number.isInteger(a) && Number.isInteger(b) ? 0 : 3)
}
