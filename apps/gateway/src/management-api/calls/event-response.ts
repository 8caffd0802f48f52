import type { FoundEvent } from '@rack-gateway/audit'
import { apiPrefix } from '@rack-gateway/gateway-api'
import type { PrincipalCall } from './call.ts'

export function toEventResponse({ id, writtenAt, event }: FoundEvent, { server }: Pick<PrincipalCall, 'server'>) {
  return {
    id,
    link: `${server.managementApi.publicUrl ?? ''}${apiPrefix}/audit/events/${id}`,
    writtenAt: writtenAt.toISOString(),
    event,
  }
}
