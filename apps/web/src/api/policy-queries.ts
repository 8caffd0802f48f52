import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

export const policyQuery = queryOptions({
  queryKey: ['policy'],
  queryFn: ({ signal }) => get('/policy', {}, signal),
})

export const matrixQuery = queryOptions({
  queryKey: ['policy', 'matrix'],
  queryFn: ({ signal }) => get('/policy/matrix', {}, signal),
})
