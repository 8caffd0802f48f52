import type { ExportFormat } from './format.ts'

/** What `audit verify --export` reads: the bytes that were hashed, between their links. docs/reference/events.md has the format. */
export const ndjson: ExportFormat = {
  mediaType: 'application/x-ndjson',
  head: '',
  line: ({ canonical, hash, prev }) =>
    `{"event":${canonical},"hash":"${hash.toString('hex')}","prev":"${prev.toString('hex')}"}\n`,
}
