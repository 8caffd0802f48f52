import type { FoundEvent } from '../search/found-event.ts'

/** A way to write events down, one after another. Whatever an event holds, it stays within its own place. */
export interface ExportFormat {
  readonly mediaType: string
  /** What stands before the first event. */
  readonly head: string
  line(event: FoundEvent): string
}
