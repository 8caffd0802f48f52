/**
 * Caches a value that depends only on a policy document. A document never changes, and a new policy has another
 * document, so the value is computed once for each policy.
 */
export function cachedByDocument<P extends { readonly document: object }, T>(compute: (policy: P) => T) {
  const values = new WeakMap<object, { readonly value: T }>()
  return function cachedValue(policy: P): T {
    const { document } = policy
    const found = values.get(document)
    if (found !== undefined) return found.value
    const value = compute(policy)
    values.set(document, { value })
    return value
  }
}
