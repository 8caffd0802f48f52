import type { PolicyDocument } from './policy-document.ts'

interface ListDescription {
  /** The noun for one entry, for coverage reports. */
  readonly called: string
  /** Its path in a document. */
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
} as const satisfies Partial<Record<keyof PolicyDocument, ListDescription>>

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

/** The name of `stepUp.enrollBy`. */
export const enrollmentName = 'enrollment'

/** The line of a part without its own `source` field, by its name; the name of the document if the line is unknown. */
export function sourceOf({ sources, source }: PolicyDocument, name: string): string {
  return sources !== undefined && Object.hasOwn(sources, name) ? (sources[name] ?? source) : source
}
