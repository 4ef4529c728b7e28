import type { Level } from '../api.ts'

/** A level of risk by colour and by word. */
export const LevelBadge = ({ level }: { level: Level | null }) => (
  <span class={`badge level-${level ?? 'none'}`}>{level ?? 'abstains'}</span>
)

/** How urgent an anomaly or an alert is. Low is no good news here, so it is not green. */
export const UrgencyBadge = ({ level }: { level: Level }) => (
  <span class={`badge ${level === 'low' ? 'weak' : `level-${level}`}`}>{level}</span>
)

/** A share as a bar; the number stands beside it. */
export const Meter = ({ share, tone = 'plain' }: { share: number; tone?: Level | 'plain' }) => (
  <span class="meter" aria-hidden="true">
    <span class={`fill tone-${tone}`} style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
  </span>
)
