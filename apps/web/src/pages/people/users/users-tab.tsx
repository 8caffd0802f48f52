import { useNavigate } from '@tanstack/react-router'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { factorKindName } from '../../../second-factor/method-names.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Checkbox } from '../../../ui/controls/checkbox.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { Badge } from '../../../ui/status/badge.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { UserPanel } from './user-panel.tsx'

/** Lists everybody who has logged in, and the users that the command `rack-gateway-server` created. */
export default function UsersTab() {
  const { search, change } = usePeopleSearch()
  const withoutFactor = search.factor === 'none'
  const navigate = useNavigate()
  const me = useMe()
  const list = useList(
    '/users',
    { group: search.of, secondFactor: withoutFactor ? 'none' : undefined },
    ({ email, issuer, groups, lockedReason }) => [email, issuer, ...groups, lockedReason],
  )
  return (
    <ListView
      label="Users"
      list={list}
      keyOf={({ id }) => id}
      limitedTo={search.of}
      empty={
        withoutFactor
          ? 'Everybody has a second factor.'
          : 'Nobody has logged in yet. Invite a person, or send them the address of this gateway.'
      }
      actions={
        <>
          <Checkbox
            label="No second factor"
            isSelected={withoutFactor}
            onChange={(isSelected) => change({ factor: isSelected ? 'none' : undefined })}
          />
          {can(me, 'gateway:binding:write') && (
            <Button
              kind="primary"
              onPress={() => void navigate({ to: '/people/invitations', search: { dialog: 'create' } })}
            >
              Invite a person
            </Button>
          )}
        </>
      }
      columns={[
        { title: 'Email address', cell: ({ email }) => email, sortBy: ({ email }) => email },
        {
          title: 'State',
          cell: ({ lockedAt }) =>
            lockedAt === null ? <Badge tone="allow">Active</Badge> : <Badge tone="deny">Locked</Badge>,
          sortBy: ({ lockedAt }) => (lockedAt === null ? 'Active' : 'Locked'),
        },
        {
          title: 'Second factors',
          cell: ({ secondFactors }) => <FactorKinds kinds={secondFactors} />,
          sortBy: ({ secondFactors }) => new Set(secondFactors).size,
        },
        {
          title: 'Identity provider',
          cell: ({ issuer }) => issuer,
          sortBy: ({ issuer }) => issuer,
          secondary: true,
        },
        {
          title: 'Groups',
          cell: ({ groups }) => groups.join(', '),
          sortBy: ({ groups }) => groups.join(', ') || null,
          secondary: true,
        },
        {
          title: 'First login',
          cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />,
          sortBy: ({ createdAt }) => timeValue(createdAt),
          secondary: true,
        },
      ]}
      panel={(id) => <UserPanel key={id} id={id} />}
    />
  )
}

/** Such as `Passkey, authenticator app`. */
function FactorKinds({ kinds }: { readonly kinds: readonly string[] }) {
  if (kinds.length === 0) return <Badge tone="neutral">None</Badge>
  const [first = '', ...others] = [...new Set(kinds)].map(factorKindName)
  return [first, ...others.map((name) => name.toLowerCase())].join(', ')
}
