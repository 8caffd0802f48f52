import type { RecordingStats } from '../recordings.ts'

const names = [
  'open',
  'waitingBytes',
  'waitingChunks',
  'stored',
  'failures',
  'failing',
  'failingSince',
  'lostBytes',
] as const

/** Statistics of the recording thread, in memory that both threads can read. */
export function createSharedStats(): SharedArrayBuffer {
  return new SharedArrayBuffer(names.length * Float64Array.BYTES_PER_ELEMENT)
}

/** @param now by the clock that both threads share */
export function writeSharedStats(shared: SharedArrayBuffer, stats: RecordingStats, now: number): void {
  const values = { ...stats, failingSince: now - stats.failingFor }
  const to = new Float64Array(shared)
  for (const [index, name] of names.entries()) to[index] = values[name]
}

export function readSharedStats(shared: SharedArrayBuffer, now: number): RecordingStats {
  const from = new Float64Array(shared)
  const value = (name: (typeof names)[number]) => from[names.indexOf(name)] ?? 0
  return {
    open: value('open'),
    waitingBytes: value('waitingBytes'),
    waitingChunks: value('waitingChunks'),
    stored: value('stored'),
    failures: value('failures'),
    failing: value('failing'),
    failingFor: value('failing') === 0 ? 0 : now - value('failingSince'),
    lostBytes: value('lostBytes'),
  }
}
