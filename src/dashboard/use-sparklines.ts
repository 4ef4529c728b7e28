import { useEffect, useRef, useState } from 'preact/hooks'
import { type Item, read } from './api.ts'

export type Sparkline = Item<'/sparklines'>
type Known = ReadonlyMap<string, Sparkline | undefined>

/** A list that is scrolled fast asks for the rows at which it comes to rest. */
const restMs = 80
const atOnce = 100

/** The lines of the protocols in view; those that were seen before are not asked for again. */
export function useSparklines(ids: readonly string[]): Known {
  const [known, setKnown] = useState<Known>(new Map())
  const asked = useRef(new Set<string>())
  const wanted = ids.join(',')
  useEffect(() => {
    const timer = setTimeout(() => {
      const missing = ids.filter((id) => !asked.current.has(id)).slice(0, atOnce)
      if (missing.length === 0) return
      for (const id of missing) asked.current.add(id)
      read('/sparklines', { query: { ids: missing.join(',') } }).then(
        ({ items }) =>
          setKnown((old) => new Map([...old, ...items.map((one) => [one.protocol_id, one] as const)])),
        () => {
          // A missing line is no reason to disturb the table; the next look asks again.
          for (const id of missing) asked.current.delete(id)
        },
      )
    }, restMs)
    return () => clearTimeout(timer)
  }, [wanted])
  return known
}
