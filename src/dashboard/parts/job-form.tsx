import { useState } from 'preact/hooks'
import { answerOf, client, type Item, type Schemas } from '../api.ts'
import { title } from '../names.ts'
import { linkTo } from '../route.ts'
import { useAction } from '../use-action.ts'
import { Empty } from './states.tsx'

type JobKind = Item<'/job-kinds'>

/** The part of JSON Schema that the payloads of jobs use. */
interface PayloadSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly default?: string | number | boolean
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, PayloadSchema>>
  readonly required?: readonly string[]
}

/** Submits any public job; its fields are made from the JSON Schema of its payload. */
export function JobForm({ kinds }: { kinds: readonly JobKind[] }) {
  const [name, setName] = useState((kinds.find(isSubmittedAsIs) ?? kinds[0])?.name)
  const kind = kinds.find((one) => one.name === name)
  const { run, fault, isRunning } = useAction(async (payload: Record<string, unknown>) => {
    // The server checks the payload against the schema that the form was made from.
    const body = { name, payload } as Schemas['Submission']
    const { id } = await answerOf(client.POST('/jobs', { body }))
    location.hash = linkTo('jobs', id)
  })
  if (!kind) return <Empty>No job may be submitted.</Empty>
  const schema: PayloadSchema = kind.payload_schema
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault()
        run(payloadOf(schema, new FormData(event.currentTarget)))
      }}
    >
      <label>
        Job
        <select value={kind.name} onChange={(event) => setName(event.currentTarget.value)}>
          {kinds.map((one) => (
            <option value={one.name}>{title(one.name)}</option>
          ))}
        </select>
      </label>
      <p class="note">{kind.description}</p>
      <p class="note">
        Queue <a href={`/admin/queues/queue/${kind.queue}`}>{kind.queue}</a>
        {kind.schedules.length > 0 && `, by itself at ${kind.schedules.join(' and ')} (cron, UTC)`}
      </p>
      {Object.entries(schema.properties ?? {}).map(([field, part]) => (
        <Field
          key={`${kind.name} ${field}`}
          name={field}
          schema={part}
          isRequired={isRequired(schema, field)}
        />
      ))}
      <button class="primary" disabled={isRunning}>
        Submit
      </button>
      {fault && <p role="alert">{fault.message}</p>}
    </form>
  )
}

/** The first choice is a job that needs nothing said. */
const isSubmittedAsIs = ({ payload_schema }: JobKind): boolean =>
  ((payload_schema as PayloadSchema).required ?? []).length === 0

const isRequired = ({ required = [] }: PayloadSchema, field: string): boolean => required.includes(field)

interface FieldProps {
  readonly name: string
  readonly schema: PayloadSchema
  readonly isRequired: boolean
}

function Field({ name, schema, isRequired: required }: FieldProps) {
  const initial = String(schema.default ?? '')
  return (
    <label>
      {title(name)}
      {schema.description && <span class="note">{schema.description}</span>}
      {schema.enum ? (
        <select name={name} required={required} defaultValue={initial}>
          {!required && <option value="">default</option>}
          {schema.enum.map((choice) => (
            <option value={choice} selected={choice === initial}>
              {choice}
            </option>
          ))}
        </select>
      ) : schema.type === 'boolean' ? (
        <input type="checkbox" name={name} defaultChecked={schema.default === true} />
      ) : isNumber(schema) ? (
        <input
          type="number"
          name={name}
          required={required}
          min={schema.minimum}
          max={schema.maximum}
          defaultValue={initial}
        />
      ) : (
        <input name={name} required={required} defaultValue={initial} />
      )}
    </label>
  )
}

const isNumber = ({ type }: PayloadSchema): boolean => type === 'integer' || type === 'number'

/** Fields that were left empty are left out, so that the server's defaults hold. */
function payloadOf({ properties = {} }: PayloadSchema, form: FormData): Record<string, unknown> {
  const entries = Object.entries(properties).map(([name, schema]): [string, unknown] => {
    if (schema.type === 'boolean') return [name, form.has(name)]
    const text = form.get(name)
    if (typeof text !== 'string' || text === '') return [name, undefined]
    return [name, isNumber(schema) ? Number(text) : text]
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
