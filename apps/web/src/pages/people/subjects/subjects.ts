import { useQueries } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import type { ComboBoxOption } from '../../../ui/controls/combo-box.tsx'
import { choicesQuery } from '../lists/list-query.ts'

export const subjectKinds = ['user', 'group', 'service-account', 'api-token', 'trust'] as const
export type SubjectKind = (typeof subjectKinds)[number]

export const subjectKindNames: Readonly<Record<string, string>> = {
  user: 'User',
  group: 'Group',
  'service-account': 'Service account',
  'api-token': 'API token',
  trust: 'CI trust',
}

/** The subjects that can have a role. Kinds that the person cannot list are empty. */
export function useSubjects() {
  const me = useMe()
  const [users, groups, serviceAccounts, tokens, trusts] = useQueries({
    queries: [
      { ...choicesQuery('/users'), enabled: can(me, 'gateway:user:write') },
      { ...choicesQuery('/groups'), enabled: can(me, 'gateway:binding:write') },
      { ...choicesQuery('/service-accounts'), enabled: can(me, 'gateway:service-account:write') },
      choicesQuery('/tokens'),
      { ...choicesQuery('/trusts'), enabled: can(me, 'gateway:trust:write') },
    ],
  })
  const options: Readonly<Record<SubjectKind, readonly ComboBoxOption[]>> = {
    user: users.data?.map(({ id, email, issuer }) => ({ id, label: email, detail: issuer })) ?? [],
    group: groups.data?.map(({ name }) => ({ id: name, label: name })) ?? [],
    'service-account':
      serviceAccounts.data?.map(({ id, name, disabledAt }) => ({
        id,
        label: name,
        ...(disabledAt !== null && { detail: 'disabled' }),
      })) ?? [],
    'api-token':
      tokens.data?.map(({ id, name, owner, revokedAt }) => ({
        id,
        label: name,
        detail: revokedAt === null ? `of ${owner.name}` : 'revoked',
      })) ?? [],
    trust:
      trusts.data?.map(({ id, name, issuer, revokedAt }) => ({
        id,
        label: name,
        detail: revokedAt === null ? issuer : 'revoked',
      })) ?? [],
  }
  const isPending = [users, groups, serviceAccounts, tokens, trusts].some(({ isLoading }) => isLoading)
  const names = new Map(Object.values(options).flatMap((each) => each.map(({ id, label }) => [id, label] as const)))
  return { options, isPending, nameOf: (id: string) => names.get(id) ?? id }
}
