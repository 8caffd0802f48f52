import type { EventKind } from '../events/event.ts'

const kindViewNames = ['changes', 'logins', 'sessions', 'administration'] as const
export type KindView = (typeof kindViewNames)[number]

/** A view selects events by their kinds, and `without-console-reads` by what they read. */
export const viewNames = [...kindViewNames, 'without-console-reads'] as const
export type ViewName = (typeof viewNames)[number]

const change = ['changes', 'administration'] as const
const login = ['logins'] as const
const session = ['sessions'] as const
const administration = ['administration'] as const
const sessionChange = ['changes', 'sessions'] as const

/** The views of each kind. The view `changes` also has every event whose decision denies or requires something. */
const viewsOfKind: Readonly<Record<EventKind, readonly KindView[]>> = {
  call: [],
  intent: ['changes'],
  outcome: ['changes'],
  opened: sessionChange,
  closed: session,
  refused: ['changes'],
  'outcome.unknown': ['changes'],
  'stream.opened': administration,
  'stream.closed': administration,
  'stream.abandoned': administration,
  'stream.recovered': administration,
  'stream.not-recovered': change,
  'login.succeeded': login,
  'login.failed': ['changes', 'logins'],
  'cli-login.approved': login,
  'cli-login.denied': ['changes', 'logins'],
  'cli-login.redeemed': login,
  'cli-login.refused': ['changes', 'logins'],
  'user.created': change,
  'user.changed': change,
  'session.issued': login,
  'session.ended': login,
  'session.renewed': login,
  'session.superseded-token': ['changes', 'logins'],
  'token.issued': change,
  'token.revoked': change,
  'token.rotated': change,
  'token.owner-changed': change,
  'user.locked': change,
  'user.unlocked': change,
  'second-factor.added': change,
  'second-factor.renamed': change,
  'second-factor.removed': change,
  'second-factor.reset': change,
  'second-factor.failed': ['changes', 'logins'],
  'backup-codes.created': change,
  'service-account.disabled': change,
  'service-account.enabled': change,
  'service-account.created': change,
  'binding.created': change,
  'binding.removed': change,
  'invitation.created': change,
  'invitation.revoked': change,
  'invitation.redeemed': change,
  'invitation.denied': change,
  'access-request.created': change,
  'access-request.reviewed': change,
  'access-request.approved': change,
  'access-request.denied': change,
  'access-request.canceled': change,
  'access-request.lapsed': change,
  'access-request.started': change,
  'access-request.ended': change,
  'access-request.revoked': change,
  'access-request.read': [],
  'trust.created': change,
  'trust.revoked': change,
  'workload.issued': login,
  'workload.ended': login,
  'step-up.proved': login,
  'step-up.redeemed': login,
  'configuration.loaded': change,
  'rack.rejects-gateway': change,
  'rack.accepts-gateway': change,
  'policy.loaded': change,
  'policy.rejected': change,
  'policy.studied': administration,
  'policy.observe-ended': change,
  'policy.modes-differ': change,
  'package.recorded': change,
  'environment.changed': ['changes'],
  'audit.inconsistent': change,
  'alarm.acknowledged': change,
  'log.restored': change,
  'access-review.read': [],
  'audit.read': [],
  'audit.archived': change,
  'audit.dropping': change,
  'audit.dropped': change,
  'signing-key.changed': change,
  'recording.gap': sessionChange,
  'recording.read': [],
  'recording.closed': session,
  'recording.ended': sessionChange,
  'recording.removed': ['sessions', 'administration'],
  'live-call.ended': sessionChange,
  'access-request.continued': session,
  'audit.exported': administration,
}

export function kindsOfView(view: KindView): readonly EventKind[] {
  return (Object.keys(viewsOfKind) as EventKind[]).filter((kind) => viewsOfKind[kind].includes(view))
}

/** Kinds of events that record only that something was read. */
export const readKinds = (Object.keys(viewsOfKind) as EventKind[]).filter((kind) => viewsOfKind[kind].length === 0)
