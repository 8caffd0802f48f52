import type { PageRequest } from '@rack-gateway/auth/store'
import type { PageQuery } from './schemas.ts'

const usual = 50

export function pageRequest({ limit = usual, cursor }: PageQuery): PageRequest {
  return cursor === undefined ? { limit } : { limit, cursor }
}
