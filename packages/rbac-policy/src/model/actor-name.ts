interface Actor {
  readonly kind: string
  readonly name: string
  readonly owner?: { readonly kind: string; readonly name: string } | null | undefined
}

/**
 * The displayed name of an actor. Only users appear as email addresses: other names that contain `@` get a prefix.
 *
 * @param actor an already formatted name is returned unchanged
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
