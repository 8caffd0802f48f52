import type { AuditEvent, EventDraft } from '../events/event.ts'
import { unescapeVisibleText } from '../events/visible-text.ts'
import type { AdoptedStream } from './adoption-store.ts'

export function abandonedDraft({ id, host, pid, last, fallback }: AdoptedStream): EventDraft {
  return {
    kind: 'stream.abandoned',
    detail: { stream: id, seq: last.seq, hash: last.hash.toString('hex'), host, pid, fallback },
  }
}

/** Repeats only the fields that identify the call. */
export function unknownOutcomeDraft(openCall: AuditEvent): EventDraft {
  const { id, stream, seq, principal } = openCall
  return {
    kind: 'outcome.unknown',
    of: id,
    ...identifyingFieldsOf(openCall),
    ...(principal && {
      principal: { kind: principal.kind, id: unescapeText(principal.id), name: unescapeText(principal.name) },
    }),
    close: 'the process that recorded the call ended before it could record the outcome',
    detail: { stream, seq },
  }
}

const identifyingFields = ['request', 'rack', 'app', 'route', 'permission', 'process', 'service'] as const

function identifyingFieldsOf(openCall: AuditEvent): Partial<Record<(typeof identifyingFields)[number], string>> {
  return Object.fromEntries(
    identifyingFields.flatMap((field) =>
      openCall[field] === undefined ? [] : [[field, unescapeText(openCall[field])]],
    ),
  )
}

/** Recorded text is already escaped, and the writer would escape it again. */
const unescapeText = unescapeVisibleText
