import { expect, test } from 'vitest'
import { execCommand } from './exec-command.ts'

const target = { rack: 'staging', app: 'web', process: 'web-1' }

test('the command names rack, app, and process', () => {
  expect(execCommand(target)).toBe('rack-gateway exec --rack staging --app web web-1 bash')
})

test.each(['a;id', '$(id)', '`id`', 'a b', 'a\nb', '-x', "a'b", 'a&b', '\u001b[201~', ''])(
  'a process %j has no command to copy',
  (process) => {
    expect(execCommand({ ...target, process })).toBeNull()
  },
)
