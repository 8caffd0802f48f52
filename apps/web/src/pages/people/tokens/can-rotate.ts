import type { Me, Token } from '@rack-gateway/gateway-api'
import { can } from '../../../api/can.ts'

export function canRotate(me: Me, { owner }: Pick<Token, 'owner'>): boolean {
  return owner.kind === 'service-account' ? can(me, 'gateway:service-account:write') : owner.id === me.id
}
