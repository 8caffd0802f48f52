// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { AuditFilterField } from './audit-filter-field.tsx'

afterEach(cleanup)

function show(text: string, mistake: string | null = null) {
  const onChange = vi.fn()
  const page = render(<AuditFilterField ref={null} text={text} mistake={mistake} onChange={onChange} />)
  return { ...page, onChange, field: page.getByLabelText('Filter') as HTMLInputElement }
}

test('Enter applies what was typed, and Escape takes it back', async () => {
  const { field, onChange } = show('rack:prod')
  await userEvent.type(field, ' app:web{Enter}')
  expect(onChange.mock.calls).toEqual([['rack:prod app:web']])
  await userEvent.type(field, ' more{Escape}')
  expect(field.value).toBe('rack:prod')
})

test('a name is explained while its value is typed', async () => {
  const { field, getByText } = show('')
  await userEvent.type(field, '-result:')
  getByText(/result: allow, deny, or require/)
})

test('a mistake is shown until the text is changed', async () => {
  const { field, getByText, queryByText } = show('user:ada', 'There is no filter user.')
  getByText('There is no filter user.')
  expect(field.getAttribute('aria-invalid')).toBe('true')
  await userEvent.type(field, 'x')
  expect(queryByText('There is no filter user.')).toBeNull()
})

test('if a click on a value changes the filter, the new filter replaces the text', () => {
  const { field, rerender } = show('rack:prod')
  rerender(<AuditFilterField ref={null} text="rack:prod result:deny" mistake={null} onChange={() => {}} />)
  expect(field.value).toBe('rack:prod result:deny')
})
