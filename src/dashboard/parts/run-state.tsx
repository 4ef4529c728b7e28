import type { Run } from '../api.ts'

type State = Run['state']

const signs: Readonly<Record<State, string>> = {
  active: '▶',
  cancelled: '◼',
  completed: '✓',
  failed: '✕',
  quarantined: '⚠',
  queued: '…',
  waiting: '⏸',
}

export const RunState = ({ state }: { state: State }) => (
  <span class={`badge run-${state}`}>
    <span aria-hidden="true">{signs[state]} </span>
    {state}
  </span>
)
