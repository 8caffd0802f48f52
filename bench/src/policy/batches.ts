/** The processor time of one item in microseconds, over many batches. */
export interface BatchFigures {
  readonly p50: number
  readonly p99: number
  readonly batches: number
}

/**
 * Measures the processor time of work in batches, because a single item takes less than the clock's resolution.
 *
 * @param work processes the item at `index`
 * @param options repeats the `things` in order, `batch` of them at a time
 */
export function timeBatches(
  work: (index: number) => unknown,
  { things, batch, batches }: { readonly things: number; readonly batch: number; readonly batches: number },
): BatchFigures {
  const micros: number[] = []
  let index = 0
  for (let round = 0; round < batches; round++) {
    const before = process.cpuUsage()
    for (let one = 0; one < batch; one++) {
      work(index)
      index = index + 1 === things ? 0 : index + 1
    }
    const { user, system } = process.cpuUsage(before)
    micros.push((user + system) / batch)
  }
  micros.sort((one, other) => one - other)
  const at = (share: number) => micros[Math.min(micros.length - 1, Math.floor(micros.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), batches }
}
