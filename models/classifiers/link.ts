import type { Matrix } from '../matrix.ts'

/** How raw output becomes probability: `share` already is one. */
export type Link = 'softmax' | 'logistic' | 'share'

/** In place, row by row. */
export function turnIntoProbabilities({ rows, columns, data }: Matrix, link: Link): void {
  if (link === 'softmax') for (let i = 0; i < rows; i++) softmaxRow(data, i * columns, columns)
  if (link === 'logistic')
    for (let i = 0; i < rows; i++) {
      const second = sigmoid(data[i * 2 + 1]!)
      data[i * 2] = 1 - second
      data[i * 2 + 1] = second
    }
}

export function softmaxRow(data: Float64Array, start: number, count: number): void {
  let greatest = -Infinity
  for (let k = 0; k < count; k++) greatest = Math.max(greatest, data[start + k]!)
  let sum = 0
  for (let k = 0; k < count; k++) {
    const value = Math.exp(data[start + k]! - greatest)
    data[start + k] = value
    sum += value
  }
  for (let k = 0; k < count; k++) data[start + k]! /= sum
}

export function sigmoid(margin: number): number {
  return margin >= 0 ? 1 / (1 + Math.exp(-margin)) : Math.exp(margin) / (1 + Math.exp(margin))
}
