import { useEffect, useState } from 'preact/hooks'

const names = ['text', 'grid', 'tvl', 'price', 'volume', 'risk', 'anomaly', 'incident'] as const

export type Colours = Readonly<Record<(typeof names)[number], string>>

/** The chart colours of the style sheet, which canvases cannot read by themselves; anew when light turns dark. */
export function useColours(): Colours {
  const [colours, setColours] = useState(readColours)
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const update = (): void => setColours(readColours())
    scheme.addEventListener('change', update)
    return () => scheme.removeEventListener('change', update)
  }, [])
  return colours
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const entries = names.map((name) => [name, style.getPropertyValue(`--chart-${name}`).trim()])
  return Object.fromEntries(entries) as Colours
}
