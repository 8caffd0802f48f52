// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FilteredList } from './filtered-list.tsx'

const address = vi.hoisted(() => ({ search: {} as Record<string, string> }))
vi.mock('@tanstack/react-router', () => ({
  useSearch: () => address.search,
  useNavigate: () => (to: { readonly search: (before: object) => Record<string, string> }) => {
    address.search = to.search(address.search)
  },
}))

beforeEach(() => {
  address.search = {}
})
afterEach(cleanup)

const builds = [
  { id: 'BAAA', description: 'Add a queue' },
  { id: 'BBBB', description: 'Remove a queue' },
]

function list(rows: typeof builds, isPartial = false) {
  return (
    <FilteredList
      label="Builds"
      rows={rows}
      textOf={({ id, description }) => [id, description]}
      empty="The app has no build yet."
      isPartial={isPartial}
    >
      {({ label, rows: shown, empty }) => (
        <ul aria-label={label}>{shown.length === 0 ? empty : shown.map(({ id }) => <li key={id}>{id}</li>)}</ul>
      )}
    </FilteredList>
  )
}

const shown = () => screen.getByRole('list', { name: 'Builds' }).textContent

test('the filter finds rows with all its words, is in the address, and gets the focus by the key /', async () => {
  const { rerender } = render(list(builds))
  screen.getByText('2')
  await userEvent.keyboard('/QUEUE add')
  expect(address.search).toEqual({ q: 'QUEUE add' })
  rerender(list(builds))
  expect(shown()).toBe('BAAA')
  screen.getByText('1 of 2')
})

test('without a match, the list says whether older rows were not searched', () => {
  address.search = { q: 'x' }
  const { rerender } = render(list(builds))
  expect(shown()).toBe('Nothing matches the filter.')
  rerender(list(builds, true))
  expect(shown()).toBe('Nothing in the loaded rows matches the filter.')
  screen.getByText('0 of 2 loaded')
})

test('a list without rows has no filter', () => {
  address.search = { q: 'x' }
  render(list([]))
  expect(shown()).toBe('The app has no build yet.')
  expect(screen.queryByRole('searchbox')).toBeNull()
})
