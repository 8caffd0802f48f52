import type { Job } from '@rack-gateway/rbac-policy'

/** The author of a change: a principal, or `system`, such as a server command or a login. */
export interface Author {
  readonly kind: 'user' | 'api-token' | 'workload' | 'system'
  readonly id: string
  readonly name: string
  readonly job?: Job
}

/** The author of changes by someone who is not known yet. */
export const loginAuthor: Author = { kind: 'system', id: 'login', name: 'login' }

/** A test checks that the type is assignable to `EventDraft` of `@rack-gateway/audit`. */
export interface IdentityEvent {
  readonly kind:
    | 'login.succeeded'
    | 'cli-login.approved'
    | 'cli-login.denied'
    | 'cli-login.redeemed'
    | 'cli-login.refused'
    | 'user.created'
    | 'user.changed'
    | 'session.issued'
    | 'session.ended'
    | 'session.renewed'
    | 'token.issued'
    | 'token.revoked'
    | 'token.rotated'
    | 'token.owner-changed'
    | 'user.locked'
    | 'user.unlocked'
    | 'second-factor.added'
    | 'second-factor.renamed'
    | 'second-factor.removed'
    | 'second-factor.reset'
    | 'second-factor.failed'
    | 'backup-codes.created'
    | 'service-account.disabled'
    | 'service-account.enabled'
    | 'service-account.created'
    | 'binding.created'
    | 'binding.removed'
    | 'invitation.created'
    | 'invitation.revoked'
    | 'invitation.redeemed'
    | 'invitation.denied'
    | 'access-request.created'
    | 'access-request.reviewed'
    | 'access-request.approved'
    | 'access-request.denied'
    | 'access-request.canceled'
    | 'access-request.lapsed'
    | 'access-request.started'
    | 'access-request.ended'
    | 'access-request.revoked'
    | 'trust.created'
    | 'trust.revoked'
    | 'step-up.proved'
    | 'step-up.redeemed'
    | 'workload.issued'
    | 'workload.ended'
  readonly principal: Author
  readonly rack?: string
  readonly request?: string
  readonly source?: { readonly address: string; readonly client?: string }
  readonly decision?: {
    readonly effect: 'deny'
    readonly rule: string
    readonly reason: string
    readonly next: string
  }
  readonly detail: Record<string, string>
}

/** Resolves when the events are durable. A rejection rolls the change back. */
export type RecordIdentityEvents = (events: readonly IdentityEvent[]) => Promise<void>
