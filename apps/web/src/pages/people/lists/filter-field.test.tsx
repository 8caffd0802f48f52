// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { FilterField } from './filter-field.tsx'

let q: string | undefined
const change = vi.fn()
vi.mock('../use-people-search.ts', () => ({ usePeopleSearch: () => ({ search: { q }, change }) }))

afterEach(cleanup)

test('an address that follows later does not undo what is typed, and decides when nobody types', async () => {
  q = 'old'
  const { rerender } = render(<FilterField label="Users" />)
  function setAddress(text: string | undefined) {
    q = text
    rerender(<FilterField label="Users" />)
  }
  const field = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Filter: Users' })
  expect(field.value).toBe('old')
  await userEvent.clear(field)
  await userEvent.type(field, 'ann')
  setAddress('a')
  expect(field.value).toBe('ann')
  expect(change.mock.lastCall).toEqual([{ q: 'ann' }, { replace: true }])
  setAddress('ann')
  await userEvent.tab()
  setAddress(undefined)
  expect(field.value).toBe('')
})
