import type { AuditEvent, EventKind } from './event.ts'

/** Event kinds that an administrator must look at. */
export const alarmKinds = [
  'audit.inconsistent',
  'stream.not-recovered',
  'session.superseded-token',
  'policy.modes-differ',
] as const satisfies readonly EventKind[]

export function isAlarm({ kind }: Pick<AuditEvent, 'kind'>): boolean {
  return alarmKinds.some((one) => one === kind)
}

/** The subject of an `audit.inconsistent` event. It is the same for all processes that see the inconsistency. */
export interface Inconsistency {
  readonly problem: string
  readonly stream?: string | undefined
  readonly seq?: number | undefined
  /** The checkpoint destination whose copy is affected. */
  readonly place?: string | undefined
  /** Number of the checkpoint. */
  readonly number?: number | undefined
}

/** Equal for the same inconsistency, regardless of process and time. */
export function inconsistencyKey({ problem, stream, seq, place, number }: Inconsistency): string {
  return stream === undefined ? JSON.stringify([problem, place ?? null, number]) : `${problem} ${stream} ${seq}`
}

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
