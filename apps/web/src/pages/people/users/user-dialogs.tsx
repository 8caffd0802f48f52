import { can } from '../../../api/can.ts'
import { post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import type { RowOf } from '../lists/list-query.ts'
import { LockDialog } from './lock-dialog.tsx'
import { ResetFactorsDialog } from './reset-factors-dialog.tsx'

export function UserDialogs({ user }: { readonly user: RowOf<'/users'> }) {
  const { search, closeDialog } = usePeopleSearch()
  const { id, email } = user
  const me = useMe()
  switch (search.dialog) {
    case 'lock':
      return <LockDialog user={user} onClose={closeDialog} />
    case 'unlock':
      return (
        <ConfirmDialog
          title={`Unlock ${email}?`}
          submit="Unlock"
          kind="primary"
          change={() => post('/users/{id}/unlock', { id, action: `Unlock ${email}` })}
          done={`${email} was unlocked.`}
          onClose={closeDialog}
        >
          <p>The person can log in again. Their sessions and API tokens that have not expired work again.</p>
        </ConfirmDialog>
      )
    case 'reset-factors':
      return <ResetFactorsDialog user={user} onClose={closeDialog} />
    case 'revoke-sessions':
      return (
        can(me, 'gateway:session:write') && (
          <ConfirmDialog
            title={`Revoke all sessions of ${email}?`}
            submit="Revoke all sessions"
            cancel="Keep them"
            change={() => post('/users/{id}/sessions/end', { id })}
            done={`All sessions of ${email} were revoked.`}
            onClose={closeDialog}
          >
            <p>
              Within a second, every device of the person is logged out, and their open streams are closed. If it is
              your own account, this browser stays logged in. API tokens keep working. To stop the API tokens, too, lock
              the person.
            </p>
          </ConfirmDialog>
        )
      )
    default:
      return null
  }
}
