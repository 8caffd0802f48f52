import { expect, test } from 'vitest'
import { changeText } from './change-text.ts'

const nothing = { release: null, build: null, service: null, process: null }

test.each([
  [{ route: 'POST /apps/{app}/releases/{id}/promote', release: 'R1' }, 'promoted the release R1'],
  [{ route: 'POST /apps/{app}/releases' }, 'created a release'],
  [{ route: 'PUT /apps/{app}/services/{service}', service: 'web' }, 'scaled the service web'],
  [{ route: 'DELETE /apps/{app}/processes/{pid}', process: 'web-1' }, 'stopped the process web-1'],
  [{ route: 'PUT /apps/{app}/ssl/{service}/{port}' }, 'used PUT /apps/{app}/ssl/{service}/{port}'],
])('%j', (change, text) => {
  expect(changeText({ ...nothing, ...change })).toBe(text)
})
