import { expect, test } from 'vitest'
import { requestRule } from '../testing/request-rules.ts'
import { requestCommand } from './request-command.ts'

const terms = { rack: 'staging', app: 'web' }

test('the command asks for an hour, or for the longest time of the rule', () => {
  const times = [7 * 86_400_000, 3_600_000, 1_800_000, 90_000].map(
    (longest) => / --for (\S+) /.exec(requestCommand(requestRule({ longest }), terms))?.[1],
  )
  expect(times).toEqual(['1h', '1h', '30m', '90s'])
})

test('it names an app pattern in quotes, and no app for all apps', () => {
  const command = (app: string) => requestCommand(requestRule(), { rack: 'staging', app })
  expect(command('web')).toBe(
    'rack-gateway request --role deployer --rack staging --app web --for 1h --reason "Ticket"',
  )
  expect(command('web-*')).toContain(' --app "web-*" ')
  expect(command('*')).toBe('rack-gateway request --role deployer --rack staging --for 1h --reason "Ticket"')
})

test('it names the rule, if another rule would fit first', () => {
  expect(requestCommand(requestRule(), { ...terms, namesRule: true })).toMatch(/ --rule deploys$/)
})

test('its prompt rejects characters that a shell expands, and percent signs', () => {
  const prompt = 'Why "$(id)" `id` 100% \\ !'
  const command = requestCommand(requestRule({ reason: { prompt, pattern: null } }), terms)
  expect(command).toMatch(/ --reason "Why \(id\) id 100\? {2}"$/)
})
