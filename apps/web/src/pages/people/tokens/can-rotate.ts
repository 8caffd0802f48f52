import type { Me, Token } from '@rack-gateway/gateway-api'
import { can } from '../../../api/can.ts'

/** Nobody can rotate the token of another person. */
export function canRotate(me: Me, { owner }: Token): boolean {
  return owner.kind === 'service-account' ? can(me, 'gateway:service-account:write') : owner.id === me.id
}
