interface Actor {
  readonly kind: string
  readonly name: string
  readonly owner?: { readonly kind: string; readonly name: string } | null | undefined
}

/**
 * How an actor is shown and sent: a user by the e-mail address, an API token as `token:NAME (OWNER)`, a workload by its
 * repository. Only the identity provider says what a user is called, and only a user is shown as an e-mail address: a name
 * that a user chose gets its kind as a prefix.
 *
 * @param actor one that was shown before comes back unchanged
 */
export function actorName({ kind, name, owner }: Actor): string {
  if (kind === 'api-token')
    return name.startsWith('token:') ? name : `token:${name}${owner ? ` (${ownerName(owner)})` : ''}`
  return kind === 'workload' ? withKind('job', name) : name
}

function ownerName({ kind, name }: NonNullable<Actor['owner']>): string {
  return kind === 'user' ? name : withKind(kind, name)
}

function withKind(kind: string, name: string): string {
  return name.includes('@') && !name.startsWith(`${kind}:`) ? `${kind}:${name}` : name
}
