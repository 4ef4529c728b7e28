import { Presets, SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

/** How far something is: a bar where somebody watches, a line every tenth elsewhere. Disposing of it ends the bar. */
export interface Progress extends Disposable {
  /** @param fraction 0 to 1 @param step what is being done, such as `30,000 of 80,000 rows` */
  show(fraction: number, step: string): void
}

export function openProgress(terminal: Terminal, label: string): Progress {
  return terminal.isWatched ? drawnBar(label) : plainLines(terminal, label)
}

function drawnBar(label: string): Progress {
  const format = `${label} {bar} {percentage} %  {step}`
  const bar = new SingleBar({ format, hideCursor: true, stream: process.stderr }, Presets.shades_grey)
  bar.start(100, 0, { step: '' })
  return {
    show: (fraction, step) => bar.update(Math.floor(fraction * 100), { step }),
    [Symbol.dispose]: () => bar.stop(),
  }
}

function plainLines({ note }: Terminal, label: string): Progress {
  let shownTenth = -1
  let shownStep = ''
  return {
    show(fraction, step) {
      const tenth = Math.floor(fraction * 10)
      if (tenth === shownTenth && step === shownStep) return
      // Counting steps change all the time; only a tenth more of them is news.
      if (tenth === shownTenth && /\d/.test(step)) return
      note(`${label}: ${Math.floor(fraction * 100)} %${step === '' ? '' : `, ${step}`}`)
      shownTenth = tenth
      shownStep = step
    },
    [Symbol.dispose]: () => undefined,
  }
}
