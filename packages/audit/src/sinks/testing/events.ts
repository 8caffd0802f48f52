import { encode } from '../../events/encode.ts'
import type { EventDraft } from '../../events/event.ts'
import { createEventStream } from '../../log/stream.ts'
import { type SinkEvent, sinkEventOf } from '../transports/sink-event.ts'

const start = Date.UTC(2026, 10, 25, 10, 20, 30, 400)

/** Events of one stream, as a sink gets them. */
export function sinkEvents(...drafts: readonly EventDraft[]): SinkEvent[] {
  const stream = createEventStream(start)
  return drafts.map((draft, index) => sinkEventOf(stream.seal(encode(draft), start + index)))
}

export const neverAborted: AbortSignal = new AbortController().signal
