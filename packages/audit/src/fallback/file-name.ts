import { uuidPattern } from '../uuid.ts'

/** `<stream>.<seq of the first event>.<when it was begun, milliseconds>.ndjson`, so that names are in the order of the events. */
export interface FileName {
  readonly name: string
  readonly stream: string
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly begunAt: number
}

/** Being imported by somebody. */
export const taken = '.taken'
/** Will not be imported: somebody has to look at it. */
export const refused = '.refused'

const pattern = new RegExp(`^(${uuidPattern})\\.(\\d{12})\\.(\\d{13})\\.ndjson(\\.taken)?$`)

export function fileName(stream: string, seq: number, begunAt: number): string {
  return `${stream}.${String(seq).padStart(12, '0')}.${String(begunAt).padStart(13, '0')}.ndjson`
}

/** @returns null for what is no file of ours, or was refused */
export function readFileName(name: string): FileName | null {
  const [, stream, seq, begunAt] = pattern.exec(name) ?? []
  return stream === undefined ? null : { name, stream, seq: Number(seq), begunAt: Number(begunAt) }
}
