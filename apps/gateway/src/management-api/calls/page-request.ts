import type { PageRequest } from '@rack-gateway/auth/store'
import type { PageQuery } from '@rack-gateway/gateway-api'

const defaultLimit = 50

export function pageRequest({ limit = defaultLimit, cursor }: PageQuery): PageRequest {
  return cursor === undefined ? { limit } : { limit, cursor }
}
