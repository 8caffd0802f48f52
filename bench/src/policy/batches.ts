/** Percentiles over many batches. The figure of a batch is the average processor time of an item, in microseconds. */
export interface BatchFigures {
  readonly p50: number
  readonly p99: number
  readonly batches: number
}

/**
 * Measures batches, because a single item takes less than the clock's resolution.
 *
 * @param work processes the item at `index`
 * @param options `items`: number of items, which are repeated in order; `batches`: number of batches; `batch`: number
 *   of items in a batch
 */
export function timeBatches(
  work: (index: number) => unknown,
  { items, batch, batches }: { readonly items: number; readonly batch: number; readonly batches: number },
): BatchFigures {
  const micros: number[] = []
  let index = 0
  for (let round = 0; round < batches; round++) {
    const before = process.cpuUsage()
    for (let one = 0; one < batch; one++) {
      work(index)
      index = index + 1 === items ? 0 : index + 1
    }
    const { user, system } = process.cpuUsage(before)
    micros.push((user + system) / batch)
  }
  micros.sort((one, other) => one - other)
  const percentileAt = (share: number) =>
    micros[Math.min(micros.length - 1, Math.floor(micros.length * share))] ?? Number.NaN
  return { p50: percentileAt(0.5), p99: percentileAt(0.99), batches }
}
