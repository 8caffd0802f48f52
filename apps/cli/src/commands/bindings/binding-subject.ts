import type { Binding, BindingRequest } from '@rack-gateway/gateway-api'
import type { CommandOptions, Values } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { findServiceAccount, findToken, findTrust, findUser } from '../../gateway/find-resource.ts'
import type { GatewayAccess } from '../../gateway/gateway-api.ts'
import { emptyIfDenied } from '../../gateway/list-all-items.ts'
import { type ResourceKind, serviceAccounts, tokens, trusts, users } from '../../gateway/resource-kinds.ts'
import type { NamedBinding } from '../../output/output-schemas.ts'
import { ownerOptions } from '../options/shared-options.ts'

export const subjectOptions = {
  ...ownerOptions,
  group: { type: 'string', describe: 'A group, by its name at the identity provider' },
  token: { type: 'string', describe: 'An API token, by ID or name' },
  trust: { type: 'string', describe: 'The CI jobs of a trust, by its ID or name' },
} as const satisfies CommandOptions

type SubjectOptions = Values<typeof subjectOptions>

export type Subject = BindingRequest['subject']

const finders = {
  user: { kind: 'user', find: findUser },
  serviceAccount: { kind: 'service-account', find: findServiceAccount },
  token: { kind: 'api-token', find: findToken },
  trust: { kind: 'trust', find: findTrust },
} as const

/** @returns null if no option names a subject @throws Usage if several do, and the errors of the finders */
export async function subjectOf(gateway: GatewayAccess, flags: SubjectOptions, now: number): Promise<Subject | null> {
  const { group } = flags
  const namedSubjects = (Object.keys(finders) as (keyof typeof finders)[]).flatMap((flag) => {
    const text = flags[flag]
    return text === undefined ? [] : [{ ...finders[flag], text }]
  })
  if (namedSubjects.length + (group === undefined ? 0 : 1) > 1)
    throw new Usage(
      'A binding has one subject.',
      'Keep one of --user, --group, --service-account, --token, and --trust.',
    )
  if (group !== undefined) return { kind: 'group', id: group }
  const [only] = namedSubjects
  return only === undefined ? null : { kind: only.kind, id: (await only.find(gateway, only.text, now)).id }
}

const namesByKind = {
  user: namesOf(users),
  'service-account': namesOf(serviceAccounts),
  'api-token': namesOf(tokens),
  trust: namesOf(trusts),
} as const

/** The name is null if the caller may not list the subject. */
export async function withSubjectNames(gateway: GatewayAccess, bindings: readonly Binding[]): Promise<NamedBinding[]> {
  const kinds = new Set(bindings.map(({ subject }) => subject.kind))
  const names = new Map<string, string>()
  for (const [kind, listNames] of Object.entries(namesByKind))
    if (kinds.has(kind)) for (const [id, name] of await listNames(gateway)) names.set(id, name)
  return bindings.map((binding) => {
    const { kind, id } = binding.subject
    return { ...binding, subject: { kind, id, name: kind === 'group' ? id : (names.get(id) ?? null) } }
  })
}

function namesOf<T>({ listAll, idOf, nameOf }: ResourceKind<T>) {
  return async function listNames(gateway: GatewayAccess): Promise<[id: string, name: string][]> {
    // A principal that manages bindings may lack the permission to list their subjects.
    const all = await listAll(gateway).catch(emptyIfDenied)
    return all.map((item) => [idOf(item), nameOf(item)])
  }
}
