import type { PolicyDocument } from './policy-document.ts'

interface ListPlace {
  /** The noun for one entry, for coverage reports. */
  readonly called: string
  /** Where a document writes it. */
  readonly at: readonly string[]
}

/** The lists of names and patterns of a document. */
export const nameLists = {
  runServices: { called: 'run-service', at: ['commands', 'services'] },
  protectedKeys: { called: 'protected-key', at: ['protected', 'environment'] },
  protectedParameters: { called: 'protected-parameter', at: ['protected', 'parameters'] },
  proxyHosts: { called: 'proxy-host', at: ['proxy', 'hosts'] },
  secretKeys: { called: 'secret-key', at: ['secrets', 'environment'] },
  secretParameters: { called: 'secret-parameter', at: ['secrets', 'parameters'] },
} as const satisfies Partial<Record<keyof PolicyDocument, ListPlace>>

export type NameList = keyof typeof nameLists

export const nameListNames = Object.keys(nameLists) as readonly NameList[]

/** Such as `protected-key DB_*`. */
export function entryName(list: NameList, entry: string): string {
  return `${nameLists[list].called} ${entry}`
}

/** Such as `unblocked:PUT /system`. */
export function unblockedName(route: string): string {
  return `unblocked:${route}`
}

/** Where what has no place of its own in a document is written, by what it is called; the document where that isn't known. */
export function sourceOf({ sources, source }: PolicyDocument, name: string): string {
  return sources !== undefined && Object.hasOwn(sources, name) ? (sources[name] ?? source) : source
}
