import { can } from '../../../api/can.ts'
import { remove } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { Badge, type Tone } from '../../../ui/status/badge.tsx'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { InviteDialog } from './invite-dialog.tsx'

const states: Readonly<Record<string, { readonly tone: Tone; readonly label: string }>> = {
  open: { tone: 'accent', label: 'Open' },
  redeemed: { tone: 'allow', label: 'Accepted' },
  denied: { tone: 'deny', label: 'Denied' },
  revoked: { tone: 'neutral', label: 'Revoked' },
  expired: { tone: 'neutral', label: 'Expired' },
}

export default function InvitationsTab() {
  const me = useMe()
  const canInvite = can(me, 'gateway:user:write') && can(me, 'gateway:binding:write')
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const list = useList('/invitations', {}, (invitation) => [
    invitation.email,
    invitation.state,
    invitation.invitedBy.email,
    invitation.reason,
    ...invitation.bindings.map(({ role }) => role),
  ])
  const invitationToRevoke = list.rows?.find(({ id }) => id === search.item)
  return (
    <>
      <ListView
        label="Invitations"
        list={list}
        keyOf={({ id }) => id}
        empty="No invitations yet. Invite a person to give them roles before their first login."
        actions={
          canInvite && (
            <Button kind="primary" onPress={() => openDialog('create')}>
              Invite a person
            </Button>
          )
        }
        columns={[
          { title: 'Email address', cell: ({ email }) => email, sortBy: ({ email }) => email },
          {
            title: 'State',
            cell: ({ state }) => {
              const { tone, label } = states[state] ?? { tone: 'neutral', label: state }
              return <Badge tone={tone}>{label}</Badge>
            },
          },
          {
            title: 'Roles',
            cell: ({ bindings }) => bindings.map((binding) => `${binding.role} on ${scopeText(binding)}`).join('; '),
          },
          {
            title: 'Invited by',
            cell: ({ invitedBy, createdAt }) => (
              <>
                <VisibleText>{invitedBy.email}</VisibleText>, <Time at={createdAt} kind="relative" />
              </>
            ),
            secondary: true,
          },
          {
            title: 'Expires',
            cell: ({ expiresAt }) => <Time at={expiresAt} kind="relative" />,
            sortBy: ({ expiresAt }) => timeValue(expiresAt),
            secondary: true,
          },
          {
            title: 'Action',
            cell: ({ id, email, state }) =>
              state === 'open' && (
                <Button
                  kind="danger"
                  aria-label={`Revoke the invitation for ${email}`}
                  onPress={() => openDialog('revoke', id)}
                >
                  Revoke
                </Button>
              ),
          },
        ]}
      />
      {canInvite && search.dialog === 'create' && <InviteDialog onClose={closeDialog} />}
      {search.dialog === 'revoke' && invitationToRevoke && (
        <ConfirmDialog
          title={`Revoke the invitation for ${invitationToRevoke.email}?`}
          submit="Revoke the invitation"
          cancel="Keep it"
          change={() => remove('/invitations/{id}', { id: invitationToRevoke.id })}
          done={`The invitation for ${invitationToRevoke.email} was revoked.`}
          onClose={closeDialog}
        >
          <p>The person will not get these roles at the first login. A revoked invitation does not prevent logins.</p>
        </ConfirmDialog>
      )}
    </>
  )
}
