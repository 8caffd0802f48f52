import { expect, test } from 'vitest'
import { thisDevice } from './this-device.ts'

test.each([
  ['ada-laptop.local', 'ada-laptop.local'],
  ['Ada’s Laptop', 'Ada-s Laptop'],
  ['-x-', 'x'],
  ['', 'unnamed'],
  ['ラップトップ', 'unnamed'],
  ['<b>', 'b'],
  ['x'.repeat(80), 'x'.repeat(60)],
  [`${'x'.repeat(59)}-y`, 'x'.repeat(59)],
])('the machine %j is called %j, which the gateway accepts', (name, device) => {
  expect(thisDevice(name).device).toBe(device)
  expect(thisDevice(name).system).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ._/+-]*[A-Za-z0-9]$/)
})
