import { exportLine } from '../verify/export-line.ts'
import type { ExportFormat } from './format.ts'

/**
 * The format that `audit verify --export` reads: the hashed bytes of each event, its hash, and the hash of the previous
 * event. See docs/reference/events.md.
 */
export const ndjson: ExportFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  line: (event) => `${exportLine(event)}\n`,
}
