import { expect, test } from 'vitest'
import { deviceName } from './device-name.ts'

test.each([
  ['browser: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['browser: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1', 'Chrome on Linux'],
  ['browser: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like', 'A browser on macOS'],
  ['browser: curl/8', 'browser: curl/8'],
  ['ann-laptop', 'ann-laptop'],
])('%s is %s', (device, name) => {
  expect(deviceName(device)).toBe(name)
})
