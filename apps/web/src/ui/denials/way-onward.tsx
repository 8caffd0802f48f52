import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { can } from '../../api/can.ts'
import { get } from '../../api/client.ts'
import { matrixQuery } from '../../api/policy-queries.ts'
import { useMe } from '../../api/queries.ts'
import { VisibleText } from '../text/visible-text.tsx'
import { AdministratorLinks } from './administrator-links.tsx'
import { allowingRoles, type DenialFacts } from './explain-denial.ts'

interface WayOnwardProps {
  readonly facts: DenialFacts
  /** Where a role would be needed. Default: everywhere. */
  readonly rack?: string | undefined
  readonly app?: string | undefined
  /** Whether the remedy of the denial stands next to this, and already says to ask an administrator. */
  readonly hasRemedy?: boolean
  /** Shown if no role decides about the call. */
  readonly otherwise?: ReactNode
}

/** The roles that would allow a denied call, and who can grant them. */
export function WayOnward({ facts, rack, app, hasRemedy = false, otherwise = null }: WayOnwardProps) {
  const { data: matrix } = useQuery(matrixQuery)
  if (matrix === undefined) return null
  const found = allowingRoles(facts, matrix)
  if (found === 'unknown') return otherwise
  if (found === 'nobody')
    return (
      <p>No role allows this. Only a change of the policy document would, which the operators of the gateway make.</p>
    )
  return (
    <>
      <p>
        {found.roles.length === 1 ? 'The role that allows it: ' : 'Roles that allow it: '}
        {found.roles.map((role, index) => (
          <span key={role}>
            {index > 0 && ', '}
            <Link
              to="/policy"
              search={{ tab: 'matrix', ...(facts.permission !== undefined && { permission: facts.permission }) }}
            >
              <VisibleText>{role}</VisibleText>
            </Link>
          </span>
        ))}
        .
      </p>
      <Granters roles={found.roles.slice(0, maxRoles)} rack={rack} app={app} hasRemedy={hasRemedy} />
    </>
  )
}

/** The API answers about at most this many roles at once. */
const maxRoles = 20

interface GrantersProps extends Pick<WayOnwardProps, 'rack' | 'app' | 'hasRemedy'> {
  readonly roles: readonly string[]
}

/** Only a person who can list users learns who can grant the roles. */
function Granters({ roles, rack, app, hasRemedy }: GrantersProps) {
  const me = useMe()
  const canListUsers = can(me, 'gateway:user:write')
  const { data } = useQuery({
    queryKey: ['policy', 'granters', roles, rack, app],
    queryFn: ({ signal }) => get('/policy/granters', { query: { role: [...roles], rack, app } }, signal),
    enabled: canListUsers,
  })
  if (!canListUsers)
    return hasRemedy ? null : (
      <p>
        Ask an administrator of the gateway for {roles.length === 1 ? 'it' : 'one of them'}
        <AdministratorLinks before=": " />.
      </p>
    )
  if (data === undefined) return null
  const byUsers = new Map<string, { roles: string[]; users: (typeof data.items)[number]['users'] }>()
  for (const { role, users } of data.items) {
    const key = users.map(({ id }) => id).join()
    const group = byUsers.get(key)
    if (group === undefined) byUsers.set(key, { roles: [role], users })
    else group.roles.push(role)
  }
  return [...byUsers.values()].map(({ roles: grantable, users }) => (
    <p key={grantable.join()}>
      {users.length === 0 ? 'Nobody can grant ' : 'Who can grant '}
      {grantable.length === data.items.length && grantable.length > 1 ? (
        'them'
      ) : (
        <VisibleText>{grantable.join(', ')}</VisibleText>
      )}
      {users.length > 0 && ': '}
      {users.map(({ id, email }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link to="/people/users" search={{ open: id }}>
            <VisibleText>{email}</VisibleText>
          </Link>
        </span>
      ))}
      {!data.complete && users.length > 0 && ', and possibly more users'}.
    </p>
  ))
}
