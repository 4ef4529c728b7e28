import type uPlot from 'uplot'
import type { Mark } from './pane-options.ts'
import type { Colours } from './use-colours.ts'

/** Draws a dashed line with a diamond (anomaly) or a solid one with a cross (incident) at the top of the pane. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], colours: Colours): void {
  const { ctx, bbox } = plot
  const size = 4 * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - size, bbox.width, bbox.height + size)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  for (const { at, kind } of marks) {
    const x = plot.valToPos(at, 'x', true)
    const y = bbox.top + size
    ctx.strokeStyle = ctx.fillStyle = colours[kind]
    ctx.setLineDash(kind === 'anomaly' ? [3 * devicePixelRatio, 3 * devicePixelRatio] : [])
    line(ctx, x, y, x, bbox.top + bbox.height)
    ctx.setLineDash([])
    if (kind === 'anomaly') diamond(ctx, x, y, size)
    else cross(ctx, x, y, size)
  }
  ctx.restore()
}

function line(ctx: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  ctx.beginPath()
  ctx.moveTo(x0, y0)
  ctx.lineTo(x1, y1)
  ctx.stroke()
}

function diamond(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  ctx.beginPath()
  ctx.moveTo(x, y - size)
  ctx.lineTo(x + size, y)
  ctx.lineTo(x, y + size)
  ctx.lineTo(x - size, y)
  ctx.fill()
}

function cross(ctx: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  line(ctx, x - size, y - size, x + size, y + size)
  line(ctx, x - size, y + size, x + size, y - size)
}
