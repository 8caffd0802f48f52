// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { FilterField } from './filter-field.tsx'

afterEach(cleanup)

test('an address change does not overwrite typed text, and applies when the field is idle', async () => {
  const onChange = vi.fn()
  const { rerender } = render(<FilterField label="Users" value="old" onChange={onChange} />)
  function setAddress(text: string) {
    rerender(<FilterField label="Users" value={text} onChange={onChange} />)
  }
  const field = screen.getByRole<HTMLInputElement>('searchbox', { name: 'Filter: Users' })
  expect(field.value).toBe('old')
  await userEvent.clear(field)
  await userEvent.type(field, 'ann')
  setAddress('a')
  expect(field.value).toBe('ann')
  expect(onChange.mock.lastCall).toEqual(['ann'])
  setAddress('ann')
  await userEvent.tab()
  setAddress('')
  expect(field.value).toBe('')
})
