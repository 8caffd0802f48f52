import type { AuditSearchPools } from '../search.ts'

export function searchPools(url: string): AuditSearchPools {
  return { searches: { url, max: 4 }, exports: { url, applicationName: 'rack-gateway audit export' } }
}
