/** Who makes a change: a principal, or `system` for the server's own commands. */
export interface Author {
  readonly kind: 'user' | 'api-token' | 'workload' | 'system'
  readonly id: string
  readonly name: string
}

/** An audit event about identities, without what the writer adds. It fits audit's EventDraft; a test holds it to that. */
export interface IdentityEvent {
  readonly kind:
    | 'login.succeeded'
    | 'user.created'
    | 'user.changed'
    | 'session.issued'
    | 'session.ended'
    | 'token.issued'
    | 'token.revoked'
    | 'service-account.created'
    | 'binding.created'
    | 'binding.removed'
  readonly principal: Author
  readonly rack?: string
  readonly request?: string
  readonly source?: { readonly address: string; readonly client?: string }
  readonly detail: Record<string, string>
}

/** Resolves when the events are durable. A rejection undoes the change they are about. */
export type RecordIdentityEvents = (events: readonly IdentityEvent[]) => Promise<void>
