import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { moment } from '../format.ts'
import { heightOf, type Mark, type PaneSeries, paneOptions, type Span } from './pane-options.ts'
import { useColours } from './use-colours.ts'

interface PanesProps {
  readonly series: readonly PaneSeries[]
  readonly marks: readonly Mark[]
  /** The last so many days are shown; undefined shows all. */
  readonly days: number | undefined
  /** Another number sets the range anew, also the same one. */
  readonly presses: number
}

const daySeconds = 86_400

/** One pane per series, below each other; the cursor and the zoom of one are those of all. */
export function Panes({ series, marks, days, presses }: PanesProps) {
  const holders = useRef<(HTMLDivElement | null)[]>([])
  const plots = useRef<uPlot[]>([])
  const colours = useColours()
  const extent = useMemo(() => extentOf(series), [series])
  const [shown, setShown] = useState<Span>(extent)
  const [at, setAt] = useState<number>()

  useEffect(() => {
    const [first] = holders.current
    if (!first) return
    const sync = uPlot.sync('protocol')
    let isZooming = false
    const onZoom = (origin: uPlot, [min, max]: Span): void => {
      if (isZooming) return
      isZooming = true
      for (const plot of plots.current) if (plot !== origin) plot.setScale('x', { min, max })
      isZooming = false
      setShown([min, max])
    }
    const onCursor = (plot: uPlot): void => {
      const { left = -1 } = plot.cursor
      setAt(left < 0 ? undefined : plot.posToVal(left, 'x'))
    }
    plots.current = series.map((one, index) => {
      const holder = holders.current[index]!
      const isLast = index === series.length - 1
      const pane = { width: holder.clientWidth, marks, colours, extent, isLast, syncKey: sync.key }
      const data: uPlot.AlignedData = [[...one.times], [...one.values]]
      return new uPlot(paneOptions(one, { ...pane, onZoom, onCursor }), data, holder)
    })
    const sizes = new ResizeObserver(() => {
      for (const [index, plot] of plots.current.entries())
        plot.setSize({ width: first.clientWidth, height: heightOf(index === series.length - 1) })
    })
    sizes.observe(first)
    return () => {
      sizes.disconnect()
      for (const plot of plots.current) plot.destroy()
      plots.current = []
    }
  }, [series, marks, colours])

  useEffect(() => {
    const [first, last] = extent
    const min = days === undefined ? first : Math.max(first, last - days * daySeconds)
    for (const plot of plots.current) plot.setScale('x', { min, max: last })
  }, [days, presses, series, marks, colours])

  return (
    <div class="panes">
      <p class="reading note">
        <output aria-label="Days shown">
          {dateOf(shown[0])} to {dateOf(shown[1] - daySeconds / 2)}
        </output>
        {at !== undefined && <Reading at={at} marks={marks} shown={shown} />}
      </p>
      {series.map((one, index) => (
        <div class="pane">
          <p class="pane-name">
            <span class={`key tone-${one.tone}`} aria-hidden="true" />
            <strong>{one.name}</strong>
            <span>{one.show(at === undefined ? newestOf(one) : nearestOf(one, at))}</span>
            {at === undefined && <span class="note">newest</span>}
          </p>
          <div
            ref={(holder) => {
              holders.current[index] = holder
            }}
            role="img"
            aria-label={`${one.name} over time, newest ${one.show(newestOf(one))}`}
          />
        </div>
      ))}
    </div>
  )
}

/** How near the cursor has to come to a mark, as a share of what is shown. */
const reach = 0.008

/** The day under the cursor, and what happened on it. */
function Reading({ at, marks, shown: [from, to] }: { at: number; marks: readonly Mark[]; shown: Span }) {
  const near = Math.max((to - from) * reach, daySeconds / 2)
  const close = marks.filter((mark) => Math.abs(mark.at - at) <= near)
  return (
    <>
      <strong>{dateOf(at + daySeconds / 2)}</strong>
      {close.map((mark) => (
        <span class={`key-text ${mark.kind}`}>
          {signs[mark.kind]} {moment(new Date(mark.at * 1000).toISOString())}: {mark.text}
        </span>
      ))}
    </>
  )
}

export const signs = { anomaly: '◆', incident: '✕' } as const

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10)

const newestOf = ({ values }: PaneSeries): number | null => values.findLast((value) => value !== null) ?? null

/** The value of the point nearest to a moment, unless that is more than a day away. */
function nearestOf({ times, values }: PaneSeries, at: number): number | null {
  const nearest = times.reduce(
    (best, time, index) => (Math.abs(time - at) < Math.abs(times[best]! - at) ? index : best),
    0,
  )
  return Math.abs((times[nearest] ?? -Infinity) - at) <= daySeconds ? (values[nearest] ?? null) : null
}

/** From the first to the last point of all, with room for what is marked on the last day. */
function extentOf(series: readonly PaneSeries[]): Span {
  const ends = series.flatMap(({ times }) => (times.length > 0 ? [times[0]!, times.at(-1)!] : []))
  return [Math.min(...ends), Math.max(...ends) + daySeconds / 2]
}
