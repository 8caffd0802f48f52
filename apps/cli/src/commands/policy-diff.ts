import { diffPolicies, type PolicyChange } from '@rack-gateway/rbac-policy/simulation'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { counted } from '../output/counted.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { namedDocument } from './policy/named-document.ts'
import { shownName } from './policy/read-text.ts'
import { stdinName } from './policy/stdin-name.ts'

export interface PolicyDiffOptions {
  readonly old: string
  readonly new: string
  readonly rack: string | null
  readonly format: 'text' | 'json'
}

/** Says what changes between two policy documents. @returns the exit code */
export async function policyDiff(context: Context, { rack, format, ...names }: PolicyDiffOptions): Promise<number> {
  if (names.old === stdinName && names.new === stdinName)
    throw new Usage('only one of the two documents can come from stdin:', 'name a file for the other one')
  const before = await namedDocument(context, names.old, rack)
  const after = await namedDocument(context, names.new, rack)
  const changes = diffPolicies(before, after)
  const [old, young] = [shownName(names.old), shownName(names.new)]
  if (format === 'json') context.print(safeJson({ old, new: young, changes }, 2))
  else for (const line of lines(old, young, changes)) context.print(printable(line))
  return exitCodes.ok
}

const headings = [
  ['changes', 'changed'],
  ['permits', 'newly permitted'],
  ['refuses', 'newly refused'],
] as const

function lines(old: string, young: string, changes: readonly PolicyChange[]): string[] {
  if (changes.length === 0) return [`${young} decides as ${old} does, policy packages aside`]
  return [
    `${counted(changes.length, 'change')} from ${old} to ${young}, policy packages aside`,
    ...headings.flatMap(([effect, heading]) => {
      const alike = changes.filter((change) => change.effect === effect)
      return alike.length === 0 ? [] : [`${heading}:`, ...rows(alike)]
    }),
  ]
}

function rows(changes: readonly PolicyChange[]): string[] {
  const byRole = new Map<string, string[]>()
  for (const { role, what } of changes) {
    const name = role ?? 'everyone'
    byRole.set(name, [...(byRole.get(name) ?? []), what])
  }
  const width = Math.max(...[...byRole.keys()].map(({ length }) => length))
  return [...byRole].flatMap(([name, whats]) =>
    permissionsTogether(whats).map((what) => `  ${name.padEnd(width)}  ${what}`),
  )
}

const permission = /^[a-z-]+(:[a-z-]+)+$/

/** A new role has dozens. */
function permissionsTogether(whats: readonly string[]): string[] {
  const permissions = whats.filter((what) => permission.test(what))
  const others = whats.filter((what) => !permission.test(what))
  return permissions.length === 0 ? others : [permissions.join(', '), ...others]
}
