import type { Binding, BindingRequest } from '@rack-gateway/gateway-api'
import { Refused, Usage } from '../../errors.ts'
import { findServiceAccount, findToken, findTrust, findUser } from '../../gateway/find-resource.ts'
import type { Asker } from '../../gateway/gateway-api.ts'
import { type Kind, serviceAccounts, tokens, trusts, users } from '../../gateway/resource-kinds.ts'
import type { NamedBinding } from '../../output/output-schemas.ts'
import type { CommandOptions, Values } from '../command-module.ts'
import { ownerOptions } from '../options/shared-options.ts'

/** Who or what has a role. */
export const subjectOptions = {
  ...ownerOptions,
  group: { type: 'string', describe: 'A group, by its name at the identity provider' },
  token: { type: 'string', describe: 'An API token, by ID or name' },
  trust: { type: 'string', describe: 'The jobs that a trust lets in, by its ID or name' },
} as const satisfies CommandOptions

type SubjectOptions = Values<typeof subjectOptions>

export type Subject = BindingRequest['subject']

const finders = {
  user: { kind: 'user', find: findUser },
  serviceAccount: { kind: 'service-account', find: findServiceAccount },
  token: { kind: 'api-token', find: findToken },
  trust: { kind: 'trust', find: findTrust },
} as const

/** @returns null where no flag names one @throws Usage for several; what finding one throws */
export async function subjectOf(asker: Asker, flags: SubjectOptions, now: number): Promise<Subject | null> {
  const { group } = flags
  const named = (Object.keys(finders) as (keyof typeof finders)[]).flatMap((flag) => {
    const text = flags[flag]
    return text === undefined ? [] : [{ ...finders[flag], text }]
  })
  if (named.length + (group === undefined ? 0 : 1) > 1)
    throw new Usage(
      'A binding has one subject.',
      'Keep one of --user, --group, --service-account, --token, and --trust.',
    )
  if (group !== undefined) return { kind: 'group', id: group }
  const [only] = named
  return only === undefined ? null : { kind: only.kind, id: (await only.find(asker, only.text, now)).id }
}

const namesByKind = {
  user: namesOf(users),
  'service-account': namesOf(serviceAccounts),
  'api-token': namesOf(tokens),
  trust: namesOf(trusts),
} as const

/** Bindings with the names of those whom they are for, as far as the caller may see them. */
export async function named(asker: Asker, bindings: readonly Binding[]): Promise<NamedBinding[]> {
  const there = new Set(bindings.map(({ subject }) => subject.kind))
  const names = new Map<string, string>()
  for (const [kind, namesIn] of Object.entries(namesByKind))
    if (there.has(kind)) for (const [id, name] of await namesIn(asker)) names.set(id, name)
  return bindings.map((binding) => {
    const { kind, id } = binding.subject
    return { ...binding, subject: { kind, id, name: kind === 'group' ? id : (names.get(id) ?? null) } }
  })
}

function namesOf<T>({ listAll, idOf, nameOf }: Kind<T>) {
  return async function namesIn(asker: Asker): Promise<[id: string, name: string][]> {
    const all = await listAll(asker).catch(nothingSeen)
    return all.map((item) => [idOf(item), nameOf(item)])
  }
}

/** Who manages bindings may not manage all that they are for. */
function nothingSeen(error: unknown): never[] {
  if (error instanceof Refused) return []
  throw error
}
