/** The tabs of the policy page. */
export const policyTabs = ['document', 'matrix', 'rules', 'decision', 'proposal'] as const
export type PolicyTab = (typeof policyTabs)[number]

/** The address of the policy page says everything that it shows, apart from a proposed document. */
export interface PolicySearch {
  readonly tab?: Exclude<PolicyTab, 'document'>
  /** The document: the built-in policy instead of the one in force. */
  readonly text?: 'built-in'
  /** The matrix: part of a permission or of its description. */
  readonly q?: string
  /** The matrix: the permission that is open. */
  readonly permission?: string
  /** The question whether a person can do something. */
  readonly as?: string
  readonly route?: string
  readonly rack?: string
  readonly app?: string
  readonly service?: string
  readonly command?: string
}

/** Reads the query of the address, in which any value is possible. */
export function validatePolicySearch(search: Readonly<Record<string, unknown>>): PolicySearch {
  const tab = policyTabs.find((name) => name === search.tab)
  return {
    ...(tab !== undefined && tab !== 'document' && { tab }),
    ...(search.text === 'built-in' && { text: 'built-in' }),
    ...texts(search, ['q', 'permission', 'as', 'route', 'rack', 'app', 'service', 'command']),
  }
}

/** The router reads `?app=7` as a number. */
function texts<N extends string>(search: Readonly<Record<string, unknown>>, names: readonly N[]) {
  const found: Partial<Record<N, string>> = {}
  for (const name of names) {
    const value = search[name]
    if ((typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean')
      found[name] = `${value}`
  }
  return found
}
