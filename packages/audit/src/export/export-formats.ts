import { exportLine } from '../verify/export-line.ts'
import { csv } from './csv.ts'
import type { ExportFormat } from './format.ts'
import { ocsf } from './ocsf.ts'

/**
 * The format that `audit verify --export` reads: the hashed bytes of each event, its hash, and the hash of the previous
 * event. See docs/reference/events.md.
 */
const ndjson: ExportFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  line: (event) => `${exportLine(event)}\n`,
}

export const exportFormats = { ndjson, csv, ocsf } satisfies Readonly<Record<string, ExportFormat>>
export type ExportFormatName = keyof typeof exportFormats
