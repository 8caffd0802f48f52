// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { createQueryClient } from '../../../api/queries.ts'
import { useList } from './use-list.ts'

let q = ''
let sort: string | undefined
vi.mock('../address/use-people-search.ts', () => ({ usePeopleSearch: () => ({ search: { q, sort } }) }))

afterEach(cleanup)
afterEach(() => {
  sort = undefined
})

const group = (name: string) => ({ name, members: 0, bindings: 1 })

function render(filter: string, secondPage: () => Response) {
  q = filter
  const fetched = vi.fn(async (path: string) =>
    path.includes('cursor=2') ? secondPage() : Response.json({ items: [group('ops'), group('dev')], next: '2' }),
  )
  vi.stubGlobal('fetch', fetched)
  const client = createQueryClient()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const { result } = renderHook(() => useList('/groups', {}, ({ name }) => [name]), { wrapper })
  return { fetched, list: () => result.current }
}

const lastPage = () => Response.json({ items: [group('on-call')], next: null })

test('without a filter, the next page is loaded on demand', async () => {
  const { fetched, list } = render('', lastPage)
  await vi.waitFor(() => expect(list().count).toBe('The first 2'))
  expect(fetched).toHaveBeenCalledTimes(1)
  act(() => list().showMore?.())
  await vi.waitFor(() => expect(list()).toMatchObject({ count: '3', showMore: null }))
})

test('a filter searches all pages', async () => {
  const { list } = render('o', lastPage)
  await vi.waitFor(() => expect(list()).toMatchObject({ count: '2 of 3', rows: [group('ops'), group('on-call')] }))
})

test('a list can be sorted once all pages are loaded, which an order does', async () => {
  const { fetched, list } = render('', lastPage)
  await vi.waitFor(() => expect(list()).toMatchObject({ count: 'The first 2', canSort: 'later' }))
  expect(fetched).toHaveBeenCalledTimes(1)
  cleanup()
  sort = 'group'
  const sorted = render('', lastPage)
  await vi.waitFor(() => expect(sorted.list()).toMatchObject({ count: '3', canSort: 'now', isSearching: false }))
})

test('a list of more than 2,000 rows cannot be sorted, and its pages are not all loaded', async () => {
  sort = 'group'
  const rows = Array.from({ length: 1_500 }, (_, index) => group(`group-${index}`))
  const { fetched, list } = render('', () => Response.json({ items: rows, next: '2' }))
  await vi.waitFor(() => expect(list()).toMatchObject({ canSort: 'never', isSearching: false }))
  expect(fetched).toHaveBeenCalledTimes(3)
})

test('a filter does not repeat a page that fails', async () => {
  const denial = { error: 'Too many requests.', code: 'RGW_RATE_LIMITED' }
  const { fetched, list } = render('o', () => Response.json(denial, { status: 429 }))
  await vi.waitFor(() => expect(list().error?.message).toBe(denial.error))
  for (let n = 0; n < 20; n++) await act(async () => {})
  expect(fetched).toHaveBeenCalledTimes(2)
  expect(list()).toMatchObject({ count: '1 of the first 2', isSearching: false })
})
