import { csv } from './csv.ts'
import type { ExportFormat } from './format.ts'
import { ndjson } from './ndjson.ts'
import { ocsf } from './ocsf.ts'

export { csvLine, csvMediaType } from './csv.ts'
export type { ExportFormat } from './format.ts'

export const exportFormats = { ndjson, csv, ocsf } satisfies Readonly<Record<string, ExportFormat>>
export type ExportFormatName = keyof typeof exportFormats
