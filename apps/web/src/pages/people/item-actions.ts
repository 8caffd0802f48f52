import type { ItemOf, Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'
import { canRotate } from './tokens/can-rotate.ts'
import { tokenState } from './tokens/token-state.tsx'

interface ItemAction {
  /** Begins with a verb, and is followed by the name of the item. */
  readonly label: string
  readonly dialog: string
}

/** The dialogs of a user that the person can open. */
export function userActions(me: Me, { id, lockedAt, secondFactors }: ItemOf<'listUsers'>): readonly ItemAction[] {
  return [
    ...(lockedAt === null ? [{ label: 'Lock', dialog: 'lock' }] : [{ label: 'Unlock', dialog: 'unlock' }]),
    ...(can(me, 'gateway:session:write') ? [{ label: 'Revoke all sessions of', dialog: 'revoke-sessions' }] : []),
    ...(can(me, 'gateway:binding:write') ? [{ label: 'Grant a role to', dialog: 'grant' }] : []),
    ...(secondFactors.length > 0 && id !== me.id
      ? [{ label: 'Reset the second factors of', dialog: 'reset-factors' }]
      : []),
  ]
}

/** The dialogs of an API token that the person can open. */
export function tokenActions(me: Me, token: ItemOf<'listTokens'>): readonly ItemAction[] {
  if (tokenState(token) !== 'active') return []
  return [
    ...(canRotate(me, token) ? [{ label: 'Rotate the API token', dialog: 'rotate' }] : []),
    ...(can(me, 'gateway:token:write') ? [{ label: 'Change the owner of the API token', dialog: 'owner' }] : []),
    { label: 'Revoke the API token', dialog: 'revoke' },
  ]
}
