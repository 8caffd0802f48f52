import type { AuditEvent } from '@rack-gateway/gateway-api'
import { eventSubject } from '@rack-gateway/gateway-api/event-subject'

export type ClientType =
  | 'browser'
  | 'web-console'
  | 'management-api'
  | 'cli'
  | 'console'
  | 'token'
  | 'job'
  | 'gateway'
  | 'nobody'

export const clientTypeNames: Readonly<Record<ClientType, string>> = {
  browser: 'Browser',
  'web-console': 'Web console',
  'management-api': 'Management API',
  cli: 'CLI',
  console: 'Stock CLI (console mode)',
  token: 'API token',
  job: 'CI job',
  gateway: 'The gateway itself',
  nobody: 'No credential',
}

export interface Actor {
  /** A name or an email address; without these, the caller's address, or `gateway` if there is no caller. */
  readonly name: string
  readonly clientType: ClientType
}

export function actorOf(event: AuditEvent): Actor {
  const { principal, source, detail } = event
  if (principal !== undefined) return { name: principal.name, clientType: clientTypeOf(event) }
  const email = detail?.email
  if (typeof email === 'string') return { name: email, clientType: 'nobody' }
  if (source !== undefined) return { name: source.address, clientType: 'nobody' }
  return { name: 'gateway', clientType: 'gateway' }
}

function clientTypeOf({ principal, source, mode, detail }: AuditEvent): ClientType {
  if (principal?.kind === 'api-token') return 'token'
  if (principal?.kind === 'workload') return 'job'
  if (principal?.kind === 'system') return 'gateway'
  if (mode === 'console' || mode === 'web-console' || mode === 'management-api') return mode
  const device = principal?.device ?? detail?.device
  const isBrowser =
    typeof device === 'string' ? device.startsWith('browser: ') : source?.client?.startsWith('Mozilla/') === true
  return isBrowser ? 'browser' : 'cli'
}

export const resultKinds = ['denied', 'required', 'failed', 'allowed', 'none'] as const
export type ResultKind = (typeof resultKinds)[number]

export const resultWords = {
  denied: { word: 'Denied', tone: 'deny' },
  required: { word: 'Not yet allowed', tone: 'accent' },
  failed: { word: 'Failed', tone: 'warn' },
  allowed: { word: 'Allowed', tone: 'allow' },
  none: { word: 'Recorded', tone: 'neutral' },
} as const satisfies Readonly<Record<ResultKind, { word: string; tone: string }>>

/** The histogram of the management API uses the same rules. */
export function resultOf({ decision, status = 0 }: Pick<AuditEvent, 'decision' | 'status'>): ResultKind {
  if (decision?.effect === 'deny') return 'denied'
  if (decision?.effect === 'require') return 'required'
  if (status >= 400) return 'failed'
  return decision?.effect === 'allow' ? 'allowed' : 'none'
}

const callKinds: readonly string[] = ['call', 'intent', 'outcome', 'opened', 'closed', 'refused', 'outcome.unknown']

export function isCall(kind: string): boolean {
  return callKinds.includes(kind)
}

const readKinds: readonly string[] = ['call', 'audit.read', 'access-review.read', 'recording.read']

/** Whether the web console read something for one of its pages. The view `without-console-reads` excludes the same. */
export function isConsoleRead({ kind, mode, decision }: AuditEvent): boolean {
  return mode === 'web-console' && decision?.effect === 'allow' && readKinds.includes(kind)
}

/** How long a change or a stream took, such as `1.7 s`. */
export function durationText({ kind, durationMs }: Pick<AuditEvent, 'kind' | 'durationMs'>): string | null {
  if (durationMs === undefined || (kind !== 'outcome' && kind !== 'closed')) return null
  if (durationMs < 1_000) return `${durationMs} ms`
  const seconds = durationMs / 1_000
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}

/** What a row shows besides the rack and the app. Empty if there is nothing. */
export function subjectOf(event: AuditEvent): string {
  const { kind, command, process, release, service, route, detail } = event
  if (command !== undefined) return eventSubject({ kind, command, route })
  if (!isCall(kind) && detail !== undefined) return eventSubject({ kind, detail })
  return release ?? process ?? service ?? ''
}
