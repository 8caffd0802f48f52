import { expect, test } from 'vitest'
import { exitCodeOf } from '../errors/exit-codes.ts'
import { confirm } from './confirm.ts'

function asking(response: string, interactive = true) {
  const asked: string[] = []
  const ask = async (question: string) => {
    asked.push(question)
    return response
  }
  return { context: { interactive, ask }, asked }
}

test.each(['y', 'Y', 'yes', 'YES'])('%s is yes', async (response) => {
  const { context, asked } = asking(response)
  await confirm(context, 'revoke it', { yes: false })
  expect(asked).toEqual(['Revoke it? [y/N] '])
})

test.each(['n', '', 'no', 'ye', 'yes!', 'Ja'])('%j is no, and the error says what was not done', async (response) => {
  const { context } = asking(response)
  const declined: unknown = await confirm(context, 'revoke the trust a\u001b[2J', { yes: false }).catch(
    (error) => error,
  )
  expect(declined).toMatchObject({
    message: 'Not confirmed, so this was not done: revoke the trust a\uFFFD[2J',
  })
  expect(exitCodeOf(declined)).toBe(130)
})

test('--yes skips the question, and is required without a terminal', async () => {
  const { context, asked } = asking('y', false)
  const unused = () => Promise.reject(new Error('the action was looked up'))
  await confirm(context, unused, { yes: true })
  await expect(confirm(context, async () => 'end it', { yes: false })).rejects.toMatchObject({
    code: 'RGW_CLI_USAGE',
    message: 'Without a terminal, this needs a confirmation: end it. Pass --yes to confirm it.',
  })
  expect(asked).toEqual([])
})
