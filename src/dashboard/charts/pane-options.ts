import uPlot from 'uplot'
import { drawMarks } from './draw-marks.ts'
import { lonelyIn, type TimedValues } from './unknown-days.ts'
import type { Colours } from './use-colours.ts'

export interface PaneSeries extends TimedValues {
  readonly name: string
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

/** Seconds since 1970. */
export type Span = readonly [from: number, to: number]

export interface Pane {
  readonly width: number
  readonly marks: readonly Mark[]
  readonly colours: Colours
  readonly syncKey: string
  readonly extent: Span
  readonly isLast: boolean
  readonly onZoom: (origin: uPlot, span: Span) => void
  readonly onCursor: (plot: uPlot) => void
}

const paneHeight = 92
/** The last pane carries the dates of all. */
const datesHeight = 28

export const heightOf = (isLast: boolean): number => paneHeight + (isLast ? datesHeight : 0)

export function paneOptions(one: PaneSeries, pane: Pane): uPlot.Options {
  const { width, marks, colours, syncKey, extent, isLast, onZoom, onCursor } = pane
  const axis = {
    stroke: colours.text,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid },
  }
  const stroke = colours[one.tone]
  return {
    width,
    height: heightOf(isLast),
    padding: [10, 10, 4, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { sync: { key: syncKey }, drag: { x: true, y: false }, points: { size: 7 } },
    scales: { x: { range: (_plot, min, max) => (min === max ? [extent[0], extent[1]] : [min, max]) } },
    axes: [
      {
        ...axis,
        size: isLast ? 34 : 6,
        values: (_plot, ticks) => (isLast ? ticks.map(monthAndDay) : ticks.map(() => '')),
      },
      { ...axis, size: 62, space: 26, values: (_plot, ticks) => ticks.map((tick) => one.show(tick)) },
    ],
    series: [
      {},
      {
        stroke,
        width: 1.5,
        points: {
          show: one.hasPoints ?? false,
          size: 5,
          fill: stroke,
          filter: one.hasPoints || one.isBars ? null : lonelyIn(one.values),
        },
        ...(one.isBars
          ? { paths: uPlot.paths.bars!({ size: [0.7, 12] }), fill: stroke }
          : { fill: `${stroke}1a` }),
      },
    ],
    hooks: {
      setScale: [
        (plot, key) => {
          const { min, max } = plot.scales['x']!
          if (key === 'x' && min != null && max != null) onZoom(plot, [min, max])
        },
      ],
      setCursor: [onCursor],
      draw: [(plot) => drawMarks(plot, marks, colours)],
    },
  }
}

/** `09-18`, and the whole date where a year begins. */
function monthAndDay(seconds: number): string {
  const date = new Date(seconds * 1000).toISOString().slice(0, 10)
  return date.endsWith('-01-01') ? date : date.slice(5)
}
