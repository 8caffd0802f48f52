import { type CommandRule, compileRules, matchCommand } from '@rack-gateway/command-matcher'
import { type CompiledRole, compileRole } from '../compiled-role.ts'
import { permissions } from '../permissions.ts'
import type { PolicyDocument } from '../policy-document.ts'
import type { Role } from '../types.ts'
import { type ExampleCommand, exampleCommands } from './example-commands.ts'

/** One thing that is otherwise under another document. */
export interface PolicyChange {
  /** `permits`: what was refused is permitted. `refuses`: the other way round. `changes`: neither for certain. */
  readonly effect: 'permits' | 'refuses' | 'changes'
  /** For whom; null: for everyone. */
  readonly role: string | null
  /** A permission, a command, an operation or a name, in words. */
  readonly what: string
}

/** What changes between two documents: for which role, by permission and by command, and for everyone. */
export function diffPolicies(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  return [
    ...rolesChanged(before, after),
    ...permissionsChanged(before, after),
    ...commandsChanged(before, after),
    ...operationsChanged(before, after),
    ...namesChanged(before, after),
  ]
}

function rolesChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [old, young] = [byName(before), byName(after)]
  const gone = [...old.keys()].filter((name) => !young.has(name))
  const added = [...young.keys()].filter((name) => !old.has(name))
  const conditions = [...young].flatMap(([name, { when = [] }]) => {
    const earlier = old.get(name)?.when ?? []
    return !old.has(name) || same(earlier, when)
      ? []
      : [{ effect: conditionEffect(earlier, when), role: name, what: conditionWords(when) }]
  })
  return [
    ...gone.map((role) => ({
      effect: 'refuses' as const,
      role,
      what: 'the role is gone: bindings to it give nothing',
    })),
    ...added.map((role) => ({ effect: 'changes' as const, role, what: 'the role is new' })),
    ...conditions,
  ]
}

function conditionEffect(before: readonly unknown[], after: readonly unknown[]): PolicyChange['effect'] {
  if (before.length === 0) return 'refuses'
  return after.length === 0 ? 'permits' : 'changes'
}

function conditionWords(after: readonly unknown[]): string {
  return after.length === 0 ? 'it holds without conditions' : `it holds only under conditions: ${JSON.stringify(after)}`
}

function permissionsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [old, young] = [byName(before), byName(after)]
  return [...young].flatMap(([name, role]) => {
    const earlier = compiled(old.get(name), name)
    const later = compileRole(role)
    return permissions.flatMap(({ name: permission }) => {
      const [had, has] = [earlier.has(permission), later.has(permission)]
      return had === has
        ? []
        : [{ effect: has ? ('permits' as const) : ('refuses' as const), role: name, what: permission }]
    })
  })
}

function compiled(role: Role | undefined, name: string): CompiledRole {
  return compileRole(role ?? { name, description: '', permissions: [] })
}

/** Judged by examples, so that another way to write the same rules is no change. */
function commandsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const rules = [...before.commands, ...after.commands]
  const examples = exampleCommands(rules, [...new Set([...before.runServices, ...after.runServices])])
  const [judgeOld, judgeNew] = [judgeBy(before), judgeBy(after)]
  const verdicts = after.roles.flatMap((role) =>
    examples.flatMap((example) => {
      const [had, has] = [judgeOld(role.name, example), judgeNew(role.name, example)]
      const what = `run "${example.words}" on the service ${example.service}`
      return had === has ? [] : [{ effect: has ? ('permits' as const) : ('refuses' as const), role: role.name, what }]
    }),
  )
  return [...verdicts, ...narrowed(before.commands, after.commands)]
}

function judgeBy({ commands, runServices, roles }: PolicyDocument): (role: string, example: ExampleCommand) => boolean {
  const rules = compileRules(commands.map(plain), { runServices })
  const names = new Map(roles.map(({ name, extends: above = [] }) => [name, [name, ...above]]))
  return (role, { argv, service }) => {
    const place = { service, app: 'an-app', rack: 'a-rack', roles: names.get(role) ?? [] }
    return matchCommand(rules, { ...place, argv, mode: 'detached' }).effect === 'allow'
  }
}

/** Who may run what at all; what narrows a rule further is told apart. */
function plain({ id, argv, services, roles }: CommandRule): CommandRule {
  return { id, argv, services, roles }
}

const narrowing = ['apps', 'racks', 'modes', 'interactive', 'entrypoint', 'environment', 'releases', 'when'] as const

function narrowed(before: PolicyDocument['commands'], after: PolicyDocument['commands']): PolicyChange[] {
  const old = new Map(before.map((rule) => [rule.id, rule]))
  return after.flatMap((rule) => {
    const earlier = old.get(rule.id)
    const fields = narrowing.filter((field) => earlier !== undefined && !same(earlier[field], rule[field]))
    return fields.map((field) => {
      const value = rule[field] === undefined ? 'not narrowed any more' : JSON.stringify(rule[field])
      return { effect: 'changes' as const, role: null, what: `the command rule ${rule.id}: ${field} is ${value}` }
    })
  })
}

function operationsChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  const [old, young] = [before, after].map(({ blocked }) => new Set(blocked.map(({ route }) => route)))
  return [
    ...[...(young ?? [])]
      .filter((route) => !old?.has(route))
      .map((route) => everyone('refuses', `${route} is blocked`)),
    ...[...(old ?? [])]
      .filter((route) => !young?.has(route))
      .map((route) => everyone('permits', `${route} is not blocked`)),
  ]
}

const names = {
  secretKeys: ['changes', 'secret environment keys'],
  secretParameters: ['changes', 'secret parameters'],
  protectedKeys: ['refuses', 'protected environment keys'],
  protectedParameters: ['refuses', 'protected parameters'],
  proxyHosts: ['permits', 'hosts for proxies'],
} as const

const opposite = { permits: 'refuses', refuses: 'permits', changes: 'changes' } as const

function namesChanged(before: PolicyDocument, after: PolicyDocument): PolicyChange[] {
  return Object.entries(names).flatMap(([field, [effect, words]]) => {
    const list = field as keyof typeof names
    const [old, young] = [before[list], after[list]]
    return [
      ...young.filter((name) => !old.includes(name)).map((name) => everyone(effect, `${name} is among the ${words}`)),
      ...old
        .filter((name) => !young.includes(name))
        .map((name) => everyone(opposite[effect], `${name} is not among the ${words}`)),
    ]
  })
}

function everyone(effect: PolicyChange['effect'], what: string): PolicyChange {
  return { effect, role: null, what }
}

function byName({ roles }: PolicyDocument): Map<string, Role> {
  return new Map(roles.map((role) => [role.name, role]))
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
