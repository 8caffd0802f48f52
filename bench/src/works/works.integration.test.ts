import { createServer } from 'node:http'
import { createDemoRack } from '@rack-gateway/demo/rack'
import { expect, onTestFinished, test } from 'vitest'
import { subjectNames } from '../subject-names.ts'
import { listening } from '../subjects/listening.ts'
import { withoutPassword } from './change.ts'
import { type Place, works } from './index.ts'

const place = (url: string, name: Place['name'] = subjectNames.rack): Place => ({
  name,
  url,
  masks: false,
  password: () => 'password',
})

async function startRack(): Promise<Place> {
  const rack = createDemoRack({ name: 'bench', token: 'password', fixedAnswers: true })
  onTestFinished(() => rack.close())
  return place(await rack.listen())
}

/** Answers every request with 200 and an empty build. */
async function startLiar(): Promise<Place> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"description":""}'))
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return place(await listening(server), subjectNames.nginx)
}

test.each(works)('$name: the demo rack does what is expected', async (work) => {
  await work.expectSame([await startRack()])
})

test.each(works)('$name: what answers something else is not measured', async (work) => {
  await expect(work.expectSame([await startRack(), await startLiar()])).rejects.toThrow()
})

test('of a build, the password of its repository is hidden and nothing else', () => {
  const build = { id: 'B', repository: 'https://u:p@registry.test/app-0' }
  expect(withoutPassword(build)).toEqual({ id: 'B', repository: 'https://u:[hidden]@registry.test/app-0' })
})
