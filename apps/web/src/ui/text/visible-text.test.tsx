// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { VisibleText } from './visible-text.tsx'

afterEach(cleanup)

test.each([
  ['rake db:migrate', 'rake db:migrate'],
  ['a\u001b[31mb', 'a\\u001b[31mb'],
  ['admin\u202egpj.exe', 'admin\\u202egpj.exe'],
  ['a\u200bb\u2066c', 'a\\u200bb\\u2066c'],
  ['line\nbreak', 'line\\u000abreak'],
  ['a\u2003b\u00a0c\u2800d', 'a\\u2003b\\u00a0c\\u2800d'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
  ['\ud800', '\\ud800'],
  ['<b>not markup</b>', '<b>not markup</b>'],
  ['Größe 表 🚀', 'Größe 表 🚀'],
])('%j is shown as %s', (text, shown) => {
  const { container } = render(<VisibleText>{text}</VisibleText>)
  expect(container.textContent).toBe(shown)
  expect(container.querySelector('b')).toBeNull()
})
