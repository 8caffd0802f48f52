import { expect, test } from 'vitest'
import { listCommand } from './list-command.ts'

test('the command lists more items of the app, unless a name is unsafe in a shell', () => {
  expect(listCommand({ rack: 'staging', app: 'web', what: 'builds' })).toBe(
    'rack-gateway builds --rack staging --app web --limit 1000',
  )
  for (const app of ['$(id)', '-a', 'web;id', ''])
    expect(listCommand({ rack: 'staging', app, what: 'builds' })).toBeNull()
})
