/** The numbers of tree nodes, in arrays that grow together. */
export class NodeArrays {
  readonly outputs: number
  feature = new Int32Array(64)
  threshold = new Float64Array(64)
  left = new Int32Array(64)
  missingLeft = new Uint8Array(64)
  gain = new Float64Array(64)
  cover = new Float64Array(64)
  value: Float64Array
  readonly categories = new Map<number, Uint32Array>()

  constructor(outputs: number) {
    this.outputs = outputs
    this.value = new Float64Array(64 * outputs)
  }

  get capacity(): number {
    return this.feature.length
  }

  /** Doubles the room. */
  protected grow(): void {
    const capacity = this.capacity * 2
    this.feature = enlarged(this.feature, new Int32Array(capacity))
    this.threshold = enlarged(this.threshold, new Float64Array(capacity))
    this.left = enlarged(this.left, new Int32Array(capacity))
    this.missingLeft = enlarged(this.missingLeft, new Uint8Array(capacity))
    this.gain = enlarged(this.gain, new Float64Array(capacity))
    this.cover = enlarged(this.cover, new Float64Array(capacity))
    this.value = enlarged(this.value, new Float64Array(capacity * this.outputs))
  }
}

/** The larger array, filled with the smaller one. */
export function enlarged<T extends { set(from: ArrayLike<number>): void }>(
  from: ArrayLike<number>,
  into: T,
): T {
  into.set(from)
  return into
}
