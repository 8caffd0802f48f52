import type { PolicyDocument } from './policy-document.ts'

interface ListDescription {
  /** The noun for one entry, for coverage reports. */
  readonly noun: string
  /** The path of the list in a document. */
  readonly path: readonly string[]
}

export const nameLists = {
  runServices: { noun: 'run-service', path: ['commands', 'services'] },
  protectedKeys: { noun: 'protected-key', path: ['protected', 'environment'] },
  protectedParameters: { noun: 'protected-parameter', path: ['protected', 'parameters'] },
  proxyHosts: { noun: 'proxy-host', path: ['proxy', 'hosts'] },
  secretKeys: { noun: 'secret-key', path: ['secrets', 'environment'] },
  secretParameters: { noun: 'secret-parameter', path: ['secrets', 'parameters'] },
} as const satisfies Partial<Record<keyof PolicyDocument, ListDescription>>

export type NameList = keyof typeof nameLists

export const nameListNames = Object.keys(nameLists) as readonly NameList[]

/** Such as `protected-key DB_*`. */
export function entryName(list: NameList, entry: string): string {
  return `${nameLists[list].noun} ${entry}`
}

/** Such as `unblocked:PUT /system`. */
export function unblockedName(route: string): string {
  return `unblocked:${route}`
}

/** The name of the rule that `stepUp.enrollBy` sets. */
export const enrollmentName = 'enrollment'

/** The name of `commands.extend: none`, with which a document replaces the built-in command rules on purpose. */
export const replacedCommandsName = 'commands.extend'

/** Returns the line of a named part without its own `source` field; the name of the document if the line is unknown. */
export function sourceOf({ sources, source }: PolicyDocument, name: string): string {
  return sources !== undefined && Object.hasOwn(sources, name) ? (sources[name] ?? source) : source
}
