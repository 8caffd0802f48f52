import type { AuditEvent, EventKind } from './event.ts'

/** Kinds that somebody has to look at. */
export const alarmKinds = [
  'audit.inconsistent',
  'stream.not-recovered',
  'session.superseded-token',
] as const satisfies readonly EventKind[]

export function isAlarm({ kind }: Pick<AuditEvent, 'kind'>): boolean {
  return alarmKinds.some((one) => one === kind)
}

/** What an `audit.inconsistent` event is about: each process that sees the same thing says it once, and says it the same. */
export interface Inconsistency {
  readonly problem: string
  readonly stream?: string | undefined
  readonly seq?: number | undefined
  readonly place?: string | undefined
  /** Of the checkpoint. */
  readonly number?: number | undefined
}

/** The same for the same thing, whoever saw it and whenever. */
export function inconsistencyKey({ problem, stream, seq, place, number }: Inconsistency): string {
  return stream === undefined ? JSON.stringify([problem, place ?? null, number]) : `${problem} ${stream} ${seq}`
}

/** What an event that was recorded says. */
export function inconsistencyOf({ detail = {} }: Pick<AuditEvent, 'detail'>): Inconsistency {
  const text = (name: string) => (typeof detail[name] === 'string' ? detail[name] : undefined)
  const number = (name: string) => (typeof detail[name] === 'number' ? detail[name] : undefined)
  return {
    problem: text('problem') ?? '',
    stream: text('stream'),
    seq: number('seq'),
    place: text('place'),
    number: number('checkpoint'),
  }
}
