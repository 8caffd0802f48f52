import { uuidPattern } from '@rack-gateway/audit-proof'

/**
 * `<stream>.<seq of the first event>.<start time in milliseconds>.ndjson`. The names of a stream's files sort in order
 * of events.
 */
export interface FileName {
  readonly name: string
  readonly stream: string
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

/** Suffix of a file that is being imported. */
export const takenSuffix = '.taken'
/** Suffix of a refused file, which an administrator must look at. */
export const refusedSuffix = '.refused'

const pattern = new RegExp(`^(${uuidPattern})\\.(\\d{12})\\.(\\d{13})\\.ndjson(\\.taken)?$`)

export function fileName(stream: string, seq: number, begunAt: number): string {
  return `${stream}.${String(seq).padStart(12, '0')}.${String(begunAt).padStart(13, '0')}.ndjson`
}

/** @returns null for other names and refused files */
export function readFileName(name: string): FileName | null {
  const [, stream, seq, begunAt] = pattern.exec(name) ?? []
  return stream === undefined ? null : { name, stream, seq: Number(seq), begunAt: Number(begunAt) }
}
