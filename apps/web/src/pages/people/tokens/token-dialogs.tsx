import type { Token } from '@rack-gateway/gateway-api'
import { can } from '../../../api/can.ts'
import { remove } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { usePeopleSearch } from '../use-people-search.ts'
import { canRotate } from './can-rotate.ts'
import { OwnerDialog } from './owner-dialog.tsx'
import { RotateTokenDialog } from './rotate-token-dialog.tsx'

export function TokenDialogs({ token }: { readonly token: Token }) {
  const { search, closeDialog } = usePeopleSearch()
  const me = useMe()
  switch (search.dialog) {
    case 'rotate':
      return canRotate(me, token) && <RotateTokenDialog token={token} onClose={closeDialog} />
    case 'owner':
      return can(me, 'gateway:token:write') && <OwnerDialog token={token} onClose={closeDialog} />
    case 'revoke':
      return (
        <ConfirmDialog
          title={`Revoke the API token ${token.name}?`}
          submit="Revoke the API token"
          cancel="Keep it"
          change={() => remove('/tokens/{id}', { id: token.id })}
          done={`The API token ${token.name} was revoked.`}
          onClose={closeDialog}
        >
          <p>
            Within a second, the token stops working, and streams opened with it are closed. Its owner is{' '}
            <VisibleText>{token.owner.name}</VisibleText>. This cannot be undone.
          </p>
        </ConfirmDialog>
      )
    default:
      return null
  }
}
