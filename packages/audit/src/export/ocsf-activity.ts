import type { AuditEvent, EventKind } from '../events/event.ts'

export interface Activity {
  readonly id: number
  readonly name: string
}

const create = { id: 1, name: 'Create' }
const read = { id: 2, name: 'Read' }
const update = { id: 3, name: 'Update' }
const remove = { id: 4, name: 'Delete' }
const other = { id: 99, name: 'Other' }
const logon = { id: 1, name: 'Logon' }
const logoff = { id: 2, name: 'Logoff' }

export interface Authentication {
  readonly activity: Activity
  readonly session: string | null
  /** The person who logs in, from `detail`. Null if `detail` has no email address; then use the principal. */
  readonly user: {
    readonly name: string
    readonly uid?: string
    readonly type_id: number
    readonly type: string
  } | null
}

const authentications: Readonly<Partial<Record<EventKind, Activity>>> = {
  'login.succeeded': logon,
  'login.failed': logon,
  'cli-login.redeemed': logon,
  'cli-login.refused': logon,
  'workload.issued': logon,
  'session.ended': logoff,
  'workload.ended': logoff,
}

/** @returns null for events other than logins and logouts */
export function authenticationOf({ kind, principal, detail }: AuditEvent): Authentication | null {
  const activity = authentications[kind]
  if (activity === undefined) return null
  const session = textIn(detail, 'session') ?? principal?.credential ?? null
  const name = textIn(detail, 'email')
  const uid = textIn(detail, 'subject')
  const user = name === null ? null : { name, ...(uid === null ? {} : { uid }), type_id: 1, type: 'User' }
  return { activity, session, user }
}

const activitiesByMethod: Readonly<Record<string, Activity>> = {
  GET: read,
  POST: create,
  PUT: update,
  PATCH: update,
  DELETE: remove,
}
const activitiesByWord: Readonly<Record<string, Activity>> = {
  created: create,
  issued: create,
  read,
  exported: read,
  changed: update,
  renewed: update,
  rotated: update,
  locked: update,
  unlocked: update,
  disabled: update,
  enabled: update,
  loaded: update,
  acknowledged: update,
  removed: remove,
  revoked: remove,
}

/** By the last word of the kind, such as `created`; otherwise by the HTTP method. */
export function activityOf({ kind, method }: AuditEvent): Activity {
  const word = kind.slice(kind.lastIndexOf('.') + 1)
  return activitiesByWord[word] ?? activitiesByMethod[method ?? ''] ?? other
}

function textIn(detail: AuditEvent['detail'], name: string): string | null {
  const value = detail !== undefined && Object.hasOwn(detail, name) ? detail[name] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}
