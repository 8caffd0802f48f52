import type { AuditEvent, EventDraft } from '../event.ts'
import { hiddenText } from '../visible-text.ts'
import type { AdoptedStream } from './adoptions.ts'

/** Says where a stream ends whose process is gone. */
export function abandonedDraft({ id, host, pid, last, fallback }: AdoptedStream): EventDraft {
  return {
    kind: 'stream.abandoned',
    detail: { stream: id, seq: last.seq, hash: last.hash.toString('hex'), host, pid, fallback },
  }
}

/** Says of a call that nobody recorded how it ended. What it is found by is said again; the rest stands in its own event. */
export function unknownOutcomeDraft(begun: AuditEvent): EventDraft {
  const { id, stream, seq, principal } = begun
  return {
    kind: 'outcome.unknown',
    of: id,
    ...textsOf(begun),
    ...(principal && { principal: { kind: principal.kind, id: shown(principal.id), name: shown(principal.name) } }),
    close: 'the process that recorded it ended before it could record how the call ended',
    detail: { stream, seq },
  }
}

const texts = ['request', 'rack', 'app', 'route', 'permission', 'process', 'service'] as const

function textsOf(begun: AuditEvent): Partial<Record<(typeof texts)[number], string>> {
  return Object.fromEntries(
    texts.flatMap((field) => (begun[field] === undefined ? [] : [[field, shown(begun[field])]])),
  )
}

/** Recorded text is in its visible form, and would be made visible once more. */
const shown = hiddenText
