import type { Level } from '../shapes.ts'

/** A level by colour and by word. */
export const LevelBadge = ({ level }: { level: Level | null }) => (
  <span class={`badge level-${level ?? 'none'}`}>{level ?? 'abstains'}</span>
)

/** A share as a bar of ten; the number stands beside it. */
export const Meter = ({ share, tone = 'plain' }: { share: number; tone?: Level | 'plain' }) => (
  <span class="meter" aria-hidden="true">
    <span class={`fill tone-${tone}`} style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
  </span>
)
