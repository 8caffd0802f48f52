import { exportLine } from '../verify/export-line.ts'
import type { ExportFormat } from './format.ts'

/** What `audit verify --export` reads: the bytes that were hashed, between their links. docs/reference/events.md has the format. */
export const ndjson: ExportFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  line: (event) => `${exportLine(event)}\n`,
}
