// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { ValueField } from './value-field.tsx'

afterEach(cleanup)

test('a value with several lines keeps them, and Enter submits the form', () => {
  const onChange = vi.fn()
  const onSubmit = vi.fn((event: { preventDefault(): void }) => event.preventDefault())
  const pem = '-----BEGIN KEY-----\nMIIEow\n-----END KEY-----'
  const form = (value: string) => (
    <form onSubmit={onSubmit}>
      <ValueField aria-label="Value" placeholder="" value={value} onChange={onChange} />
    </form>
  )
  const { rerender } = render(form(''))
  const field = screen.getByRole('textbox')
  expect(field.getAttribute('rows')).toBe('1')
  fireEvent.change(field, { target: { value: pem } })
  expect(onChange).toHaveBeenCalledExactlyOnceWith(pem)
  rerender(form(pem))
  expect(screen.getByRole('textbox').getAttribute('rows')).toBe('3')
  fireEvent.keyDown(field, { key: 'Enter', shiftKey: true })
  expect(onSubmit).not.toHaveBeenCalled()
  fireEvent.keyDown(field, { key: 'Enter' })
  expect(onSubmit).toHaveBeenCalledOnce()
})
