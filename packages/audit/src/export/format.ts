import type { FoundEvent } from '../search/found-event.ts'

/** A text format for events. No value can break out of its field. */
export interface ExportFormat {
  readonly mediaType: string
  /** Text before the first event. */
  readonly head: string
  line(event: FoundEvent): string
}
