import { diffPolicies, type PolicyChange } from '@rack-gateway/rbac-policy/simulation'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { counted } from '../../output/counted.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions } from '../options/shared-options.ts'
import { namedDocument } from './named-document.ts'
import { shownName } from './read-text.ts'
import { documentName, stdinName } from './stdin-name.ts'

export const command = 'diff <old> <new>'
export const describe = 'Show what changes between two policy documents, for each role.'
export const details = 'The comparison does not include policy packages.'
export const examples = [
  'rack-gateway policy diff @in-force policy.yaml',
  'rack-gateway policy diff @built-in policy.yaml --json',
  'git show main:policy.yaml | rack-gateway policy diff - policy.yaml',
]
const documentDescription = 'A policy document, - for standard input, @in-force (at the gateway), or @built-in'
export const builder = {
  old: { type: 'string', demandOption: true, complete: 'file', describe: documentDescription },
  new: { type: 'string', demandOption: true, complete: 'file', describe: documentDescription },
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = null

export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { context, rack, json } = args
  const names = { old: documentName(args.old), new: documentName(args.new) }
  if (names.old === stdinName && names.new === stdinName)
    throw new Usage('Only one of the two documents can come from standard input.', 'Name a file for the other one.')
  const before = await namedDocument(context, names.old, rack ?? null)
  const after = await namedDocument(context, names.new, rack ?? null)
  const changes = diffPolicies(before, after)
  const [oldName, newName] = [shownName(names.old), shownName(names.new)]
  if (json) context.print(safeJson({ old: oldName, new: newName, changes }, 2))
  else for (const line of lines(oldName, newName, changes)) context.print(printable(line))
  return exitCodes.ok
}

const headings = [
  ['changes', 'changed'],
  ['allows', 'newly allowed'],
  ['denies', 'newly denied'],
] as const

function lines(oldName: string, newName: string, changes: readonly PolicyChange[]): string[] {
  if (changes.length === 0) return [`${newName} decides like ${oldName}, without policy packages.`]
  return [
    `${counted(changes.length, 'change')} from ${oldName} to ${newName}, without policy packages`,
    ...headings.flatMap(([effect, heading]) => {
      const selected = changes.filter((change) => change.effect === effect)
      return selected.length === 0 ? [] : [`${heading}:`, ...rows(selected)]
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
  return [...byRole].flatMap(([name, descriptions]) =>
    joinPermissions(descriptions).map((what) => `  ${name.padEnd(width)}  ${what}`),
  )
}

const permission = /^[a-z-]+(:[a-z-]+)+$/

/** Puts all permissions on one line, because a new role can have dozens. */
function joinPermissions(descriptions: readonly string[]): string[] {
  const permissions = descriptions.filter((what) => permission.test(what))
  const others = descriptions.filter((what) => !permission.test(what))
  return permissions.length === 0 ? others : [permissions.join(', '), ...others]
}
