import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { useColours } from './use-colours.ts'
import { drawMarks } from './draw-marks.ts'

export interface PaneSeries {
  readonly name: string
  /** Seconds since 1970, ascending; beside each the value, null where it is unknown. */
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
  readonly show: (value: number | null) => string
  readonly tone: 'tvl' | 'price' | 'volume' | 'risk'
  readonly isBars?: boolean
  readonly hasPoints?: boolean
}

export interface Mark {
  /** Seconds since 1970. */
  readonly at: number
  readonly kind: 'anomaly' | 'incident'
  readonly text: string
}

interface PanesProps {
  readonly series: readonly PaneSeries[]
  readonly marks: readonly Mark[]
  /** The last so many days are shown; undefined shows all. */
  readonly days: number | undefined
}

export type Colours = ReturnType<typeof useColours>

/** One pane per series, below each other; the cursor and the zoom of one are those of all. */
export function Panes({ series, marks, days }: PanesProps) {
  const box = useRef<HTMLDivElement>(null)
  const plots = useRef<uPlot[]>([])
  const colours = useColours()
  const extent = extentOf(series)

  useEffect(() => {
    const holder = box.current
    if (!holder) return
    const cursorKey = uPlot.sync('protocol')
    let isZooming = false
    const zoomAll = (origin: uPlot): void => {
      if (isZooming) return
      isZooming = true
      const { min, max } = origin.scales['x']!
      for (const plot of plots.current)
        if (plot !== origin && min != null && max != null) plot.setScale('x', { min, max })
      isZooming = false
    }
    plots.current = series.map(
      (one, index) =>
        new uPlot(
          optionsOf(one, {
            width: holder.clientWidth,
            marks,
            colours,
            syncKey: cursorKey.key,
            zoomAll,
            extent,
            isLast: index === series.length - 1,
          }),
          [[...one.times], [...one.values]],
          holder,
        ),
    )
    const sizes = new ResizeObserver(() => {
      for (const [index, plot] of plots.current.entries())
        plot.setSize({ width: holder.clientWidth, height: heightOf(index === series.length - 1) })
    })
    sizes.observe(holder)
    return () => {
      sizes.disconnect()
      for (const plot of plots.current) plot.destroy()
      plots.current = []
    }
  }, [series, marks, colours])

  useEffect(() => {
    const [first, last] = extent
    const min = days === undefined ? first : Math.max(first, last - days * 86_400)
    for (const plot of plots.current) plot.setScale('x', { min, max: last })
  }, [days, series, marks, colours])

  return <div class="panes" ref={box} role="img" aria-label={describe(series)} />
}

const paneHeight = 118
/** The last pane carries the dates of all. */
const datesHeight = 28

const heightOf = (isLast: boolean): number => paneHeight + (isLast ? datesHeight : 0)

interface Pane {
  readonly width: number
  readonly marks: readonly Mark[]
  readonly colours: Colours
  readonly syncKey: string
  readonly zoomAll: (origin: uPlot) => void
  readonly extent: readonly [number, number]
  readonly isLast: boolean
}

function optionsOf(
  one: PaneSeries,
  { width, marks, colours, syncKey, zoomAll, extent, isLast }: Pane,
): uPlot.Options {
  const axis = {
    stroke: colours.text,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid },
  }
  const stroke = colours[one.tone]
  return {
    width,
    height: heightOf(isLast),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { sync: { key: syncKey }, drag: { x: true, y: false } },
    scales: { x: { range: (_plot, min, max) => (min === max ? [extent[0], extent[1]] : [min, max]) } },
    axes: [
      {
        ...axis,
        size: isLast ? 38 : 10,
        values: (_plot, ticks) => (isLast ? ticks.map(monthAndDay) : ticks.map(() => '')),
      },
      { ...axis, size: 64, values: (_plot, ticks) => ticks.map((tick) => one.show(tick)) },
    ],
    series: [
      { label: 'Day', value: '{YYYY}-{MM}-{DD}' },
      {
        label: one.name,
        stroke,
        width: 1.5,
        points: { show: one.hasPoints ?? false, size: 5 },
        ...(one.isBars ? { paths: uPlot.paths.bars!({ size: [0.7, 12] }), fill: stroke } : {}),
        value: (_plot, value: number | null) => one.show(value),
      },
    ],
    hooks: {
      setScale: [(plot, key) => key === 'x' && zoomAll(plot)],
      draw: [(plot) => drawMarks(plot, marks, colours)],
    },
  }
}

/** `09-18`, and the whole date where a year begins. */
function monthAndDay(seconds: number): string {
  const date = new Date(seconds * 1000).toISOString().slice(0, 10)
  return date.endsWith('-01-01') ? date : date.slice(5)
}

function extentOf(series: readonly PaneSeries[]): readonly [number, number] {
  const ends = series.flatMap(({ times }) => (times.length > 0 ? [times[0]!, times.at(-1)!] : []))
  return [Math.min(...ends), Math.max(...ends)]
}

const describe = (series: readonly PaneSeries[]): string =>
  `Charts over time. Newest: ${series.map(({ name, values, show }) => `${name} ${show(values.at(-1) ?? null)}`).join(', ')}`
