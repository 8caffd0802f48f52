import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'

/** A person has few second factors: one page lists them all. */
export const ownFactorsQuery = queryOptions({
  queryKey: ['second-factors', 'me'],
  queryFn: ({ signal }) =>
    get('/second-factors', { query: { user: 'me', limit: 200 } }, signal).then(({ items }) => items),
})

export const factorSettingsQuery = queryOptions({
  queryKey: ['second-factors', 'settings'],
  queryFn: ({ signal }) => get('/second-factors/settings', {}, signal),
})

export const backupCodesQuery = queryOptions({
  queryKey: ['second-factors', 'backup-codes'],
  queryFn: ({ signal }) => get('/second-factors/backup-codes', {}, signal),
})
